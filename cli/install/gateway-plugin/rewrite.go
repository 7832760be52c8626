package kecs

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

type rewrite struct {
	next   http.Handler
	config *Config
	host   *regexp.Regexp
	url    *regexp.Regexp
}

func newRewrite(next http.Handler, config *Config) (http.Handler, error) {
	made := &rewrite{next: next, config: config}
	var err error
	if config.HostRegex != "" {
		if made.host, err = regexp.Compile(config.HostRegex); err != nil {
			return nil, fmt.Errorf("host: %w", err)
		}
	}
	if config.URLRegex != "" {
		if made.url, err = regexp.Compile(config.URLRegex); err != nil {
			return nil, fmt.Errorf("url: %w", err)
		}
	}
	return made, nil
}

// A host is looked at without its port, which is the gateway's; a URL is path and query. What is not found stays as it
// is, and what comes of it must be a host or a URL still.
func (r *rewrite) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	if r.host != nil {
		host, _ := splitHost(req.Host)
		if to, isFound := replaced(r.host, host, r.config.HostTo); isFound {
			if to == "" || strings.ContainsAny(to, " /?#@\\\r\n") {
				answerPage(rw, req, http.StatusInternalServerError)
				return
			}
			req.Host = to
		}
	}
	if r.url != nil {
		if to, isFound := replaced(r.url, req.URL.RequestURI(), r.config.URLTo); isFound {
			target, err := url.ParseRequestURI(to)
			if err != nil || !strings.HasPrefix(to, "/") || strings.ContainsAny(to, " \r\n") {
				answerPage(rw, req, http.StatusInternalServerError)
				return
			}
			req.URL.Path, req.URL.RawPath, req.URL.RawQuery = target.Path, target.RawPath, target.RawQuery
			req.RequestURI = req.URL.RequestURI()
		}
	}
	r.next.ServeHTTP(rw, req)
}

// The text with the first place that the expression finds replaced.
func replaced(expression *regexp.Regexp, text string, to string) (string, bool) {
	found := expression.FindStringSubmatchIndex(text)
	if found == nil {
		return text, false
	}
	middle := expression.ExpandString(nil, strings.TrimPrefix(to, "="), text, found)
	return text[:found[0]] + string(middle) + text[found[1]:], true
}
