package kecs

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"
)

type listener struct {
	next       http.Handler
	config     *Config
	clients    bool
	proto      []string
	port       []string
	queried    bool
	negotiated bool
	trusted    *x509.CertPool
	revoked    map[string]bool
}

func newListener(next http.Handler, config *Config) (http.Handler, error) {
	made := &listener{
		next:       next,
		config:     config,
		clients:    config.Clients != "",
		proto:      []string{config.Proto},
		port:       []string{config.Port},
		queried:    config.Queried != "",
		negotiated: config.Negotiated != "",
	}
	if config.Clients != "verify" {
		return made, nil
	}
	made.trusted = x509.NewCertPool()
	made.trusted.AppendCertsFromPEM([]byte(config.Authorities))
	made.revoked = map[string]bool{}
	for _, text := range strings.Fields(config.Revoked) {
		issuer, serials, _ := strings.Cut(text, ":")
		for _, serial := range strings.Split(serials, ",") {
			made.revoked[issuer+":"+serial] = true
		}
	}
	return made, nil
}

// Tells the target of the client's certificate. False where the client may not pass.
func (l *listener) admit(req *http.Request) bool {
	config := l.config
	names := []string{
		named(config.SerialHeader, "X-Amzn-Mtls-Clientcert-Serial-Number"),
		named(config.IssuerHeader, "X-Amzn-Mtls-Clientcert-Issuer"),
		named(config.SubjectHeader, "X-Amzn-Mtls-Clientcert-Subject"),
		named(config.ValidityHeader, "X-Amzn-Mtls-Clientcert-Validity"),
		named(config.LeafHeader, "X-Amzn-Mtls-Clientcert-Leaf"),
		named(config.ChainHeader, "X-Amzn-Mtls-Clientcert"),
	}
	for _, name := range names {
		req.Header.Del(name)
	}
	if req.TLS == nil || len(req.TLS.PeerCertificates) == 0 {
		return config.Clients == "passthrough"
	}
	chain := req.TLS.PeerCertificates
	if config.Clients == "passthrough" {
		text := ""
		for _, certificate := range chain {
			text += pemOf(certificate)
		}
		req.Header.Set(names[5], escaped(text))
		return true
	}
	leaf := chain[0]
	if !l.believes(leaf, chain[1:]) {
		return false
	}
	req.Header.Set(names[0], fmt.Sprintf("%X", leaf.SerialNumber.Bytes()))
	req.Header.Set(names[1], leaf.Issuer.String())
	req.Header.Set(names[2], leaf.Subject.String())
	from, to := leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339)
	req.Header.Set(names[3], "NotBefore="+from+";NotAfter="+to)
	req.Header.Set(names[4], escaped(pemOf(leaf)))
	return true
}

func (l *listener) believes(leaf *x509.Certificate, others []*x509.Certificate) bool {
	now := time.Now()
	if l.config.Expired != "" && now.After(leaf.NotAfter) {
		now = leaf.NotAfter
	}
	between := x509.NewCertPool()
	for _, certificate := range others {
		between.AddCert(certificate)
	}
	_, err := leaf.Verify(x509.VerifyOptions{
		Roots:         l.trusted,
		Intermediates: between,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	issuer := base64.StdEncoding.EncodeToString(leaf.RawIssuer)
	return err == nil && !l.revoked[issuer+":"+leaf.SerialNumber.Text(16)]
}

func named(own string, usual string) string {
	if own != "" {
		return own
	}
	return usual
}

func pemOf(certificate *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}))
}

// As in a URL, but for plus signs, equals signs and slashes, which stay.
func escaped(text string) string {
	return strings.NewReplacer(" ", "%20", "\n", "%0A").Replace(text)
}

// On AWS such a client has no connection at all: it is closed where that can be done, and refused elsewhere.
func turnAway(rw http.ResponseWriter) {
	if hijacker, isOne := rw.(http.Hijacker); isOne {
		if connection, _, err := hijacker.Hijack(); err == nil {
			_ = connection.Close()
			return
		}
	}
	rw.Header().Set("Server", "awselb/2.0")
	rw.WriteHeader(http.StatusForbidden)
}
