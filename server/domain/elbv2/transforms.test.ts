import { expect, test } from 'bun:test'
import type { RuleTransform } from '../../aws/generated/elbv2.ts'
import { checkTransforms, rewriteSettings } from './transforms.ts'

const host = (Regex: string, Replace: string): RuleTransform => ({
  Type: 'host-header-rewrite',
  HostHeaderRewriteConfig: { Rewrites: [{ Regex, Replace }] },
})
const url = (Regex: string, Replace: string): RuleTransform => ({
  Type: 'url-rewrite',
  UrlRewriteConfig: { Rewrites: [{ Regex, Replace }] },
})

// The examples of https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-transforms.html
test("are the plugin's settings, with groups and dollars in Go's words", () => {
  expect(
    rewriteSettings([host('^mywebsite-(.+).com$', 'internal.dev.$1.myweb.com'), url('^/dp/([A-Za-z0-9]+)/?$', '/product.php?id=$1')]),
  ).toEqual({
    hostRegex: '^mywebsite-(.+).com$',
    hostTo: '=internal.dev.${1}.myweb.com',
    urlRegex: '^/dp/([A-Za-z0-9]+)/?$',
    urlTo: '=/product.php?id=${1}',
  })
  expect(rewriteSettings([url('^/a', '')])).toEqual({ urlRegex: '^/a', urlTo: '=' })
  expect(rewriteSettings([url('^/(a)', '/$1b$x')])?.['urlTo']).toBe('=/${1}b$$x')
  expect(rewriteSettings([])).toBeUndefined()
})

test.each(['(', 'a(?=b)', '(?<!a)b', String.raw`(a)\1`])('the expression %s is refused, as on AWS', regex => {
  expect(() => checkTransforms([url(regex, '/')])).toThrow('is not valid')
})
