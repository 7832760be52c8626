package kecs

import (
	"net/http"
	"strconv"
	"strings"
)

// What the pages of load balancers on AWS call a status, where that is not its own text.
var titles = map[int]string{
	http.StatusMethodNotAllowed:   "Not Allowed",
	http.StatusRequestURITooLong:  "Request-URI Too Large",
	http.StatusServiceUnavailable: "Service Temporarily Unavailable",
	http.StatusGatewayTimeout:     "Gateway Time-out",
}

// The page that load balancers on AWS have for a status; empty for a status that is theirs alone.
func page(status int) string {
	text := titles[status]
	if text == "" {
		text = http.StatusText(status)
	}
	if text == "" {
		return ""
	}
	title := strconv.Itoa(status) + " " + text
	return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
}

// Answers with the page of a status; with nothing where it has none.
func answerPage(rw http.ResponseWriter, req *http.Request, status int) {
	contentType := ""
	body := page(status)
	if body != "" {
		contentType = "text/html"
	}
	answerWith(rw, req, status, contentType, body)
}

// Answers in the name of the load balancer.
func answerWith(rw http.ResponseWriter, req *http.Request, status int, contentType string, body string) {
	header := rw.Header()
	header.Set("Server", "awselb/2.0")
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	rw.WriteHeader(status)
	if body != "" && req.Method != http.MethodHead {
		_, _ = rw.Write([]byte(body))
	}
}

const (
	longestURL  = 16384
	mostHops    = 30
	tooManyHops = 463
	wrongSpeech = 464
)

// With which status a load balancer refuses a request before any rule is looked at; 0 where it does not.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
func refusal(req *http.Request) int {
	if len(req.RequestURI) > longestURL {
		return http.StatusRequestURITooLong
	}
	if req.Method == http.MethodTrace {
		return http.StatusMethodNotAllowed
	}
	if hops := req.Header["X-Forwarded-For"]; len(hops) > 0 && strings.Count(strings.Join(hops, ","), ",") >= mostHops {
		return tooManyHops
	}
	return 0
}

func refuse(rw http.ResponseWriter, req *http.Request, status int) {
	req.Header[fromHeader] = fromListener
	answerPage(rw, req, status)
}

// Whether a client speaks what the targets of a rule do: all of them have the same version of the protocol, or none is told.
func isUnderstood(req *http.Request, version string) bool {
	switch version {
	case "GRPC":
		return req.ProtoMajor == 2 && req.Method == http.MethodPost
	case "HTTP2":
		return req.ProtoMajor == 2
	case "HTTP1":
		return req.ProtoMajor < 2 || !strings.HasPrefix(req.Header.Get("Content-Type"), "application/grpc")
	}
	return true
}
