// Package kecs is the part of a load balancer that Traefik lacks: what an Application Load Balancer does to every
// request, and the answers that it gives by itself. Traefik interprets it; the control plane writes its settings
// (server/domain/elbv2/routing). They are texts alone, as lists and maps do not reach a plugin whole.
package kecs

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Config is one middleware's settings.
type Config struct {
	// Do is "listen" for what is done to all requests of a listener, "forward" for what is done to those that go on to
	// a target, "rewrite" for what a rule makes of their host and URL, "answer" for those that end here, and "connect" for
	// those of Service Connect.
	Do string

	// Seconds is how long a request of Service Connect may take to its answer's end; "0" is without end.
	Seconds string

	// Proto and Port are the listener's, as a client on AWS would see them.
	Proto string
	Port  string
	// Ports has pairs such as "80=9021": at which port of the gateway each listener of the load balancer is reached.
	Ports string
	// ForwardedFor is "append", "preserve" or "remove"; ClientPort asks for the client's port in X-Forwarded-For.
	ForwardedFor string
	ClientPort   string
	// Version is that of the protocol that the targets of a rule speak: "HTTP1", "HTTP2" or "GRPC".
	Version string
	// Queried asks for the query in a header, for rules to match.
	Queried string

	// Clients is "passthrough" where targets are told clients' certificates, "verify" where only those pass that Authorities
	// (PEM) vouch for and Revoked (issuers in base64, each with serial numbers) does not name; Expired lets those pass whose time is over.
	Clients     string
	Authorities string
	Revoked     string
	Expired     string
	// Names of headers, where they are others than AWS'.
	SerialHeader   string
	IssuerHeader   string
	SubjectHeader  string
	ValidityHeader string
	LeafHeader     string
	ChainHeader    string

	// Negotiated asks for headers of what TLS agreed upon with the client; again with names that are others than AWS'.
	Negotiated    string
	VersionHeader string
	CipherHeader  string

	// HostRegex and URLRegex are what a rule looks for, and HostTo and URLTo what it puts there, behind an equals sign, as
	// an empty text would be none.
	HostRegex string
	HostTo    string
	URLRegex  string
	URLTo     string

	// Status and what follows are an answer's: a redirect's where Protocol is set. Query begins with a question mark.
	Status      string
	ContentType string
	Body        string
	Protocol    string
	Host        string
	ToPort      string
	Path        string
	Query       string
}

const queryHeader = "X-Kecs-Query"

// Who answered, for the gateway's count of requests: "target", "balancer" where what was to come from a target did not,
// "action" for a rule's own answer, "listener" for one before any rule. No target sees it, and nobody else may set it.
const fromHeader = "X-Kecs-From"
const querySeparator = "\x1f"

// CreateConfig is called by Traefik before it fills in what is set.
func CreateConfig() *Config {
	return &Config{}
}

// New makes the handler of one router.
func New(_ context.Context, next http.Handler, config *Config, _ string) (http.Handler, error) {
	switch config.Do {
	case "listen":
		return newListener(next, config)
	case "forward":
		return newForward(next, config), nil
	case "rewrite":
		return newRewrite(next, config)
	case "connect":
		seconds, err := strconv.Atoi(config.Seconds)
		if err != nil {
			return nil, fmt.Errorf("seconds: %w", err)
		}
		return &connect{next: next, limit: time.Duration(seconds) * time.Second}, nil
	case "answer":
		status, err := strconv.Atoi(config.Status)
		if err != nil {
			return nil, fmt.Errorf("status: %w", err)
		}
		return &answer{config: config, status: status, ports: portsOf(config.Ports)}, nil
	}
	return nil, fmt.Errorf("there is nothing to do called %q", config.Do)
}

func portsOf(text string) map[string]string {
	ports := map[string]string{}
	for _, pair := range strings.Fields(text) {
		parts := strings.SplitN(pair, "=", 2)
		if len(parts) == 2 {
			ports[parts[0]] = parts[1]
		}
	}
	return ports
}

func (l *listener) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	header := req.Header
	delete(header, fromHeader)
	delete(header, queryHeader)
	if len(header["X-Forwarded-For"]) > 0 || len(req.RequestURI) > longestURL || req.Method == http.MethodTrace {
		if status := refusal(req); status != 0 {
			refuse(rw, req, status)
			return
		}
	}
	if l.clients && !l.admit(req) {
		turnAway(rw)
		return
	}
	header["X-Forwarded-Proto"] = l.proto
	header["X-Forwarded-Port"] = l.port
	withoutOwn(req)
	header["X-Amzn-Trace-Id"] = traceID(header["X-Amzn-Trace-Id"])
	if l.negotiated {
		l.tellNegotiated(req)
	}
	if l.queried {
		tellQuery(req)
	}
	l.next.ServeHTTP(rw, req)
}

func tellQuery(req *http.Request) {
	for key, values := range req.URL.Query() {
		for _, value := range values {
			req.Header[queryHeader] = append(req.Header[queryHeader], key+querySeparator+value)
		}
	}
}

// What Traefik adds and load balancers on AWS do not: it stays where a client has sent another value.
func withoutOwn(req *http.Request) {
	header := req.Header
	if client := header["X-Real-Ip"]; len(client) > 0 {
		if strings.HasPrefix(req.RemoteAddr, client[0]+":") || strings.HasPrefix(req.RemoteAddr, "["+client[0]+"]:") {
			delete(header, "X-Real-Ip")
		}
	}
	if host := header["X-Forwarded-Host"]; len(host) > 0 && host[0] == req.Host {
		delete(header, "X-Forwarded-Host")
	}
	delete(header, "X-Forwarded-Server")
}

type forward struct {
	next   http.Handler
	config *Config
	// Whether requests by HTTP/1 are understood, and whether clients' addresses are left to the proxy.
	takesOne bool
	isPlain  bool
}

func newForward(next http.Handler, config *Config) http.Handler {
	return &forward{
		next:     next,
		config:   config,
		takesOne: config.Version != "HTTP2" && config.Version != "GRPC",
		isPlain:  config.ForwardedFor != "remove" && config.ForwardedFor != "preserve" && config.ClientPort == "",
	}
}

func (f *forward) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	header := req.Header
	delete(header, queryHeader)
	if req.ProtoMajor > 1 || !f.takesOne {
		if !isUnderstood(req, f.config.Version) {
			header[fromHeader] = fromAction
			answerPage(rw, req, wrongSpeech)
			return
		}
	}
	if !f.isPlain {
		f.tellAddress(req)
	}
	made := &reply{ResponseWriter: rw, header: rw.Header(), req: req, from: fromBalancer, enough: never}
	f.next.ServeHTTP(made, req)
	// A target's own answer may have no body.
	if made.held != 0 {
		made.pass(made.held)
	}
	header[fromHeader] = made.from
}

// The proxy behind appends the client's address to X-Forwarded-For, unless it knows none or the header is there without
// a value.
func (f *forward) tellAddress(req *http.Request) {
	switch f.config.ForwardedFor {
	case "remove":
		req.Header["X-Forwarded-For"] = nil
	case "preserve":
		req.RemoteAddr = ""
	default:
		values := append(append([]string{}, req.Header.Values("X-Forwarded-For")...), req.RemoteAddr)
		req.Header.Set("X-Forwarded-For", strings.Join(values, ", "))
		req.RemoteAddr = ""
	}
}

var fromTarget = []string{"target"}
var fromBalancer = []string{"balancer"}
var fromAction = []string{"action"}
var fromListener = []string{"listener"}

type connect struct {
	next  http.Handler
	limit time.Duration
}

// What is late ends with 504, or within its body where it has begun. What is upgraded to another protocol has all the
// time that it wants.
func (c *connect) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	withoutOwn(req)
	if c.limit == 0 || req.Header.Get("Upgrade") != "" {
		c.next.ServeHTTP(rw, req)
		return
	}
	ctx, cancel := context.WithTimeout(req.Context(), c.limit)
	defer cancel()
	c.next.ServeHTTP(rw, req.WithContext(ctx))
}

func traceID(before []string) []string {
	bytes := make([]byte, 12)
	_, _ = rand.Read(bytes)
	id := fmt.Sprintf("1-%08x-%x", time.Now().Unix(), bytes)
	if len(before) == 0 {
		return []string{"Root=" + id}
	}
	return []string{traceOf(before[0], id)}
}

func traceOf(before string, id string) string {
	fields := []string{}
	for _, field := range strings.Split(before, ";") {
		if field = strings.TrimSpace(field); field != "" && !strings.HasPrefix(field, "Self=") {
			fields = append(fields, field)
		}
	}
	name := "Root="
	if strings.Contains(before, "Root=") {
		name = "Self="
	}
	return strings.Join(append([]string{name + id}, fields...), ";")
}

type answer struct {
	config *Config
	status int
	ports  map[string]string
}

func (a *answer) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	req.Header[fromHeader] = fromAction
	body := a.config.Body
	contentType := a.config.ContentType
	if a.config.Protocol != "" {
		rw.Header().Set("Location", a.location(req))
	}
	if a.config.Protocol != "" || (a.status == http.StatusServiceUnavailable && body == "" && contentType == "") {
		answerPage(rw, req, a.status)
		return
	}
	if contentType == "" {
		contentType = "text/plain; charset=utf-8"
	}
	answerWith(rw, req, a.status, contentType, body)
}

// Where a redirect leads, with its placeholders filled in. A request that came by the gateway's port for the listener,
// rather than by the listener's own, is led to the gateway's port for the listener that is meant. Another host, such as a
// site on the Internet, has none of the gateway's ports.
func (a *answer) location(req *http.Request) string {
	host, hostPort := splitHost(req.Host)
	values := strings.NewReplacer(
		"#{protocol}", a.config.Proto,
		"#{host}", host,
		"#{port}", a.config.Port,
		"#{path}", strings.TrimPrefix(req.URL.EscapedPath(), "/"),
		"#{query}", req.URL.RawQuery,
	)
	protocol := strings.ToLower(values.Replace(a.config.Protocol))
	toHost, port := values.Replace(a.config.Host), values.Replace(a.config.ToPort)
	cameByEntry := hostPort != "" && hostPort == a.ports[a.config.Port]
	if entry, isKnown := a.ports[port]; isKnown && cameByEntry && areRelated(toHost, host) {
		port = entry
	}
	target := &url.URL{Scheme: protocol, Host: toHost + ":" + port}
	location := target.String() + values.Replace(a.config.Path)
	if query := strings.TrimPrefix(values.Replace(a.config.Query), "?"); query != "" {
		location += "?" + query
	}
	return location
}

// Whether one is the other or a name below it, as www.example.com is below example.com.
func areRelated(one, other string) bool {
	return strings.HasSuffix("."+one, "."+other) || strings.HasSuffix("."+other, "."+one)
}

func splitHost(text string) (string, string) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return text, ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return host, port
}
