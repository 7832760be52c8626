import { expect, test } from 'bun:test'
import { ecrImage } from './ecr.ts'

const place = { account: '123456789012', region: 'eu-west-1' }

test.each([
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1', 'app:1'],
  ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app@sha256:0123', 'team/app@sha256:0123'],
  ['123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com/app', 'app'],
  ['123456789012.dkr.ecr.eu-west-1.localhost.localstack.cloud:4566/app:1', 'app:1'],
  ['localhost:4650/123456789012/eu-west-1/team/app:1', 'team/app:1'],
])('%s is of ECR', (image, rest) => expect(ecrImage(image, 'localhost:4650')).toEqual({ ...place, image: rest }))

test.each(['nginx', 'public.ecr.aws/nginx/nginx:1', 'localhost:5000/123456789012/eu-west-1/app', 'localhost:4650/app:1'])(
  '%s is not',
  image => expect(ecrImage(image, 'localhost:4650')).toBeUndefined(),
)
