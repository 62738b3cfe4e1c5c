/** What goes into a new lancre.toml. */
export interface ConfigTemplate {
  readonly base: string;
  readonly listen: string;
  readonly adminListen: string;
}

/** A configuration with every key, its default and what it is for. */
export function renderConfig({ base, listen, adminListen }: ConfigTemplate): string {
  return `# Lancre: the host behind the URLs inside certificates.
# Every key that may be set is here; a key that is not known is an error.

# Where statuses and published files are kept, relative to this file.
data = "data"

[public]
# What certificates point to, written into them as it is: plain http, since the data are signed.
# One host with paths: ${base}/o (OCSP), ${base}/c/NAME.crl, ${base}/i/NAME.
base = "${base}"

# Or a zone with a host name for each issuer and kind: NAME.o.ZONE, NAME.c.ZONE, NAME.i.ZONE.
# zone = "example.net"

# Where the public side listens.
listen = "${listen}"

# HTTP status of OCSP errors: "mapped" (malformedRequest 400, internalError 500, tryLater 503,
# unauthorized 200) or "always-200" for clients that read the body only then.
ocsp_error_statuses = "mapped"

# For a CDN that purges by keys: the response field that tells it those of an OCSP answer, such as
# "Surrogate-Key", "Cache-Tag" or "Edge-Cache-Tag". Keys are ocsp.ISSUER.SERIAL and ocsp.ISSUER.
# Default: no such field.
# surrogate_key_field = "Surrogate-Key"

[admin]
# The private side: /healthz and /metrics. Never let it be reached from outside.
listen = "${adminListen}"

[edges]
# Processes that answer the public side; "auto" = one for each core.
count = "auto"
# What they run on: "auto" (Bun where there is one, else Node), "node" or "bun".
runtime = "auto"

[signing]
# Questions that wait for a signature at once; more are told to try later.
queue = 512

# Who is told when a certificate's status has changed, so that caches forget the old OCSP answers: a
# program (JSON on its standard input, no shell in between), an address (the same by POST), or both.
# [purge]
# command = ["/usr/local/bin/purge", "--soft"]
# url = "http://127.0.0.1:9000/purge"
# For each of three tries.
# timeout = "10s"
`;
}
