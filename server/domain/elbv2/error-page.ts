const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Authorization Required',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  561: 'Authentication Error',
}

/** The page, HTML, that load balancers on AWS answer with a status by themselves. */
export function errorPage(status: number): string {
  const title = `${status} ${titles[status] ?? ''}`.trimEnd()
  const lines = ['<html>', `<head><title>${title}</title></head>`, '<body>', `<center><h1>${title}</h1></center>`, '</body>', '</html>']
  return lines.map(line => `${line}\r\n`).join('')
}
