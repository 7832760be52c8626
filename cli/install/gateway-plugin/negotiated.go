package kecs

import (
	"crypto/tls"
	"net/http"
	"strings"
)

// Tells the target which version of TLS and which cipher were agreed upon with the client, by what OpenSSL calls them.
func (l *listener) tellNegotiated(req *http.Request) {
	if req.TLS == nil {
		return
	}
	req.Header.Set(named(l.config.VersionHeader, "X-Amzn-Tls-Version"), versionOf(req.TLS.Version))
	req.Header.Set(named(l.config.CipherHeader, "X-Amzn-Tls-Cipher-Suite"), cipherOf(req.TLS.CipherSuite))
}

func versionOf(version uint16) string {
	switch version {
	case tls.VersionTLS10:
		return "TLSv1"
	case tls.VersionTLS11:
		return "TLSv1.1"
	case tls.VersionTLS12:
		return "TLSv1.2"
	}
	return "TLSv1.3"
}

// Ciphers of TLS 1.3 have one name everywhere.
func cipherOf(id uint16) string {
	name := tls.CipherSuiteName(id)
	exchange, cipher, isOlder := strings.Cut(strings.TrimPrefix(name, "TLS_"), "_WITH_")
	if !isOlder {
		return name
	}
	cipher = strings.NewReplacer("3DES_EDE_CBC", "DES-CBC3", "AES_", "AES", "_CBC", "", "_", "-").Replace(cipher)
	if exchange == "RSA" {
		return cipher
	}
	return strings.ReplaceAll(exchange, "_", "-") + "-" + cipher
}
