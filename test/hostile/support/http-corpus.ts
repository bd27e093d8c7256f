// HTTP/1.1 as attackers write it. Spec: RFC 9112 (messages), RFC 9110 (methods, Host, Expect). Every payload that tries
// to hide a second request hides one for SMUGGLED, which must never reach a handler.

export const SMUGGLED = "/v2/smuggled/manifests/latest";

export interface HttpCase {
  name: string;
  payload: string | Uint8Array;
  /** Status of the first reply; empty when the connection may just end. */
  status: readonly number[];
  /** Most replies that may come. */
  replies: number;
  isHead?: boolean;
  /** The server must end the connection: it cannot know where the next request begins. */
  mustClose?: boolean;
}

const BAD = [400];
/** Refused, or taken as if the fault were not there: a reading that cannot smuggle anything. */
const BAD_OR_FINE = [200, 400];
const TAG_PATH = "/v2/a/tags/list";

export function httpCases(host: string): HttpCase[] {
  return [
    ...framing(host),
    ...chunks(host),
    ...headers(host),
    ...hosts(host),
    ...requestLines(host),
    ...methods(host),
    ...sizes(host),
    ...oddButRight(host),
  ];
}

function hidden(host: string): string {
  return `GET ${SMUGGLED} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

function raw(
  name: string,
  payload: string | Uint8Array,
  status: readonly number[],
  changes: Partial<HttpCase> = {},
): HttpCase {
  return { name, payload, status, replies: 1, ...changes };
}

function framing(host: string): HttpCase[] {
  const tail = hidden(host);
  const post = (lines: string) => `POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
  const bad = (name: string, lines: string, body = `0\r\n\r\n${tail}`) =>
    raw(name, post(lines) + body, BAD, { mustClose: true });
  const CHUNKED = "Transfer-Encoding: chunked\r\n";
  return [
    bad("Content-Length and chunked", `Content-Length: 5\r\n${CHUNKED}`),
    bad("chunked and Content-Length", `${CHUNKED}Content-Length: 5\r\n`),
    bad("chunked and Content-Length: 0", `${CHUNKED}Content-Length: 0\r\n`),
    bad("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n", `hello${tail}`),
    bad("two lengths in one line", "Content-Length: 5, 6\r\n", `hello${tail}`),
    bad("a negative length", "Content-Length: -1\r\n"),
    bad("a length with a plus", "Content-Length: +5\r\n", `hello${tail}`),
    bad("a hexadecimal length", "Content-Length: 0x5\r\n", `hello${tail}`),
    bad("a length with a space in it", "Content-Length: 1 0\r\n", `hello${tail}`),
    bad("an exponent as length", "Content-Length: 5e0\r\n", `hello${tail}`),
    bad("a fraction as length", "Content-Length: 5.0\r\n", `hello${tail}`),
    bad("a length of 2^64 + 5", "Content-Length: 18446744073709551621\r\n", `hello${tail}`),
    bad("a length of 40 digits", `Content-Length: ${"9".repeat(40)}\r\n`),
    bad("a length in quotes", 'Content-Length: "5"\r\n', `hello${tail}`),
    bad("a space before the colon of the length", "Content-Length : 5\r\n", `hello${tail}`),
    bad("a space before the colon of the encoding", "Transfer-Encoding : chunked\r\n"),
    bad("a NUL in the length", "Content-Length: 5\0\r\n", `hello${tail}`),
    raw("an empty length", `${post("Content-Length:\r\n")}${tail}`, BAD, { mustClose: true }),
    raw("two equal lengths", post("Content-Length: 0\r\nContent-Length: 0\r\n"), [202, 400]),
    raw("two equal lengths in one line", post("Content-Length: 0, 0\r\n"), [202, 400]),
    // An encoding that we do not know may be refused as such: RFC 9112 section 6.1 asks for 501.
    ...[
      "identity",
      "gzip, chunked",
      "chunked, gzip",
      "chunked, identity",
      "chunked, chunked",
      "xchunked",
      "chunkedx",
      '"chunked"',
      "chunked;q=1",
      "\x0bchunked",
      "chunked\0",
      "",
    ].map((it) =>
      raw(
        `Transfer-Encoding: ${JSON.stringify(it)}`,
        `${post(`Transfer-Encoding: ${it}\r\n`)}0\r\n\r\n${tail}`,
        [400, 501],
        {
          mustClose: true,
        },
      ),
    ),
    bad("two encodings", `${CHUNKED}Transfer-Encoding: identity\r\n`),
    bad("chunked twice", CHUNKED + CHUNKED),
    bad("an encoding continued on the next line", "Transfer-Encoding:\r\n chunked\r\n"),
    raw(
      "chunked in HTTP/1.0",
      `POST /v2/a/blobs/uploads/ HTTP/1.0\r\nHost: ${host}\r\n${CHUNKED}\r\n0\r\n\r\n${tail}`,
      [202, 400],
      { mustClose: true },
    ),
    raw(
      "a request hidden in the body of a GET",
      `GET ${TAG_PATH} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${tail.length}\r\n\r\n${tail}`,
      [404, 400, 200],
    ),
    raw(
      "a request hidden in the body of a HEAD",
      `HEAD ${TAG_PATH} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${tail.length}\r\n\r\n${tail}`,
      [404, 400, 200],
      { isHead: true },
    ),
    raw(
      "a request hidden in a refused body",
      `PUT /v2/a/manifests/x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${tail.length}\r\n\r\n${tail}`,
      BAD,
    ),
    raw(
      "a request hidden in a body where none is read",
      `DELETE /v2/a/manifests/x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${tail.length}\r\n\r\n${tail}`,
      [404],
    ),
    raw(
      "a request hidden in a chunk of a refused body",
      `PUT /v2/a/manifests/x HTTP/1.1\r\nHost: ${host}\r\n${CHUNKED}\r\n${tail.length.toString(16)}\r\n${tail}\r\n0\r\n\r\n`,
      BAD,
    ),
    raw(
      "a request hidden in a chunk where none is read",
      `DELETE /v2/a/manifests/x HTTP/1.1\r\nHost: ${host}\r\n${CHUNKED}\r\n${tail.length.toString(16)}\r\n${tail}\r\n0\r\n\r\n`,
      [404],
    ),
    raw(
      "a request hidden behind an unknown route",
      `POST /nowhere HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${tail.length}\r\n\r\n${tail}`,
      [404],
    ),
  ];
}

/** The body is a manifest's, so that one that gets through would be stored; none of these may. */
function chunks(host: string): HttpCase[] {
  const put = `PUT /v2/a/manifests/chunks HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/vnd.example+json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const bad = (name: string, body: string) => raw(`chunks: ${name}`, put + body, [], { mustClose: true });
  const end = `\r\n0\r\n\r\n${hidden(host)}`;
  return [
    bad("a negative size", `-2\r\n{}${end}`),
    bad("a size with a plus", `+2\r\n{}${end}`),
    bad("a size with 0x", `0x2\r\n{}${end}`),
    bad("a size that is no number", `zz\r\n{}${end}`),
    bad("no size", `\r\n{}${end}`),
    bad("a space before the size", ` 2\r\n{}${end}`),
    bad("a size of 2^64 + 2", `10000000000000002\r\n{}${end}`),
    // The rest of that chunk may still come: waiting for it is right, taking the size for 2 is not.
    raw("chunks: a size of 2^32 + 2", `${put}100000002\r\n{}${end}`, []),
    bad("a size of 60 digits", `${"f".repeat(60)}\r\n{}${end}`),
    bad("a size too small", `1\r\n{}${end}`),
    bad("a NUL in the size", `2\0\r\n{}${end}`),
    bad("no line end after the data", `2\r\n{}0\r\n\r\n${hidden(host)}`),
    bad("a lone line feed after the size", `2\n{}${end}`),
    bad("a lone line feed after the data", `2\r\n{}\n0\r\n\r\n${hidden(host)}`),
    bad("a lone carriage return after the size", `2\r{}${end}`),
    bad("a line feed hidden in an extension", `2;x\n{}${end}`),
    bad("an extension without end", `2;${"x".repeat(200_000)}`),
  ];
}

function headers(host: string): HttpCase[] {
  const get = (lines: string) => `GET ${TAG_PATH} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
  const bad = (name: string, lines: string) => raw(name, get(lines), BAD, { mustClose: true });
  return [
    bad("a header without a colon", "Nonsense\r\n"),
    bad("a header without a name", ": value\r\n"),
    bad("a space in a name", "Bad Name: 1\r\n"),
    bad("a space before a colon", "X-Name : 1\r\n"),
    bad("a tab before a colon", "X-Name\t: 1\r\n"),
    bad("brackets in a name", "X(Name): 1\r\n"),
    bad("a NUL in a name", "X\0Name: 1\r\n"),
    bad("a NUL in a value", "X-Name: a\0b\r\n"),
    bad("a carriage return in a value", "X-Name: a\rb\r\n"),
    bad("a high byte in a name", "X-N\xe4me: 1\r\n"),
    // RFC 9112 section 5.2: refuse, or take it as a space; never as a header of its own.
    raw("a value continued on the next line", get("X-Name: a\r\n b\r\n"), [400, 404]),
    raw("a first header that begins with a space", `GET ${TAG_PATH} HTTP/1.1\r\n X: 1\r\nHost: ${host}\r\n\r\n`, BAD),
    raw("lone line feeds only", `GET ${TAG_PATH} HTTP/1.1\nHost: ${host}\n\n`, [400, 404, 505]),
    raw("a lone line feed within", `GET ${TAG_PATH} HTTP/1.1\r\nHost: ${host}\nX-Name: 1\r\n\r\n`, [400, 404]),
    raw("a control byte in a value", get("X-Name: a\x01b\r\n"), [400, 404]),
    raw("a high byte in a value", get("X-Name: \xe4\xf6\r\n"), [400, 404]),
  ];
}

function hosts(host: string): HttpCase[] {
  const withHost = (lines: string) => `GET /v2/ HTTP/1.1\r\n${lines}\r\n`;
  const values = [
    "a/../b?x",
    "a b",
    "a@b",
    `evil.example@${host}`,
    "a,b",
    "[::1",
    "a:b",
    "a:99999999",
    "a:-1",
    "",
    "http://a/",
    "a#b",
    "a?b",
    "a\\b",
    "%61",
    "<script>",
    "a\tb",
    "..",
    "-",
    "\xe4",
    "a'b",
    "a:80:80",
    "x".repeat(300),
  ];
  return [
    raw("no Host", withHost(""), BAD),
    raw("two Hosts", withHost(`Host: ${host}\r\nHost: ${host}\r\n`), BAD),
    raw("two different Hosts", withHost(`Host: ${host}\r\nHost: evil.example\r\n`), BAD),
    ...values.map((it) => raw(`the Host ${JSON.stringify(it.slice(0, 40))}`, withHost(`Host: ${it}\r\n`), BAD)),
  ];
}

function requestLines(host: string): HttpCase[] {
  const line = (text: string) => `${text}\r\nHost: ${host}\r\n\r\n`;
  const VERSION = [400, 505];
  return [
    ...[
      "HTTP/2.0",
      "HTTP/1.2",
      "HTTP/0.9",
      "HTTP/11",
      "http/1.1",
      "HTTP/1.1 ",
      "HTTP/1.10",
      "HTTP/-1.1",
      "HTTPS/1.1",
      "HTTP/1",
      "X",
    ].map((it) =>
      // A higher minor version of HTTP/1 may be answered as HTTP/1.1.
      raw(`the version ${JSON.stringify(it)}`, line(`GET /v2/ ${it}`), it === "HTTP/1.2" ? [200, ...VERSION] : VERSION),
    ),
    raw("HTTP/0.9", "GET /v2/\r\n", VERSION),
    raw("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", VERSION),
    raw("no target", line("GET HTTP/1.1"), BAD),
    raw("two spaces", line("GET  /v2/ HTTP/1.1"), VERSION),
    raw("tabs for spaces", line("GET\t/v2/\tHTTP/1.1"), VERSION),
    raw("a space in the target", line("GET /v2/ x HTTP/1.1"), VERSION),
    raw("a target without a slash", line("GET v2/ HTTP/1.1"), [400, 404]),
    raw("only a host and port", line(`GET ${host} HTTP/1.1`), [400, 404]),
    raw("a star", line("GET * HTTP/1.1"), [400, 404]),
    raw("a NUL in the target", line("GET /v2/\0 HTTP/1.1"), [404, ...VERSION]),
    raw("a high byte in the target", line("GET /v2/\xe4/tags/list HTTP/1.1"), [400, 404]),
    raw("a fragment in the target", line("GET /v2/#x HTTP/1.1"), [200, 400, 404]),
    raw("a user in an absolute target", line(`GET http://a:b@${host}/v2/ HTTP/1.1`), BAD_OR_FINE),
    raw("an absolute target of another scheme", line("GET file:///etc/passwd HTTP/1.1"), [400, 404]),
    raw("another host's absolute target", line("GET http://evil.example/v2/ HTTP/1.1"), [200, 400, 401, 403, 404]),
    raw("an absolute target of another port", line("GET http://127.0.0.1:1/v2/ HTTP/1.1"), [200, 400, 401, 403, 404]),
    raw("an absolute target that is broken", line("GET http://[/v2/ HTTP/1.1"), BAD_OR_FINE),
    raw("an absolute target without a host", line("GET http:///v2/ HTTP/1.1"), BAD_OR_FINE),
    raw("a broken percent-encoding", line("GET /v2/%zz/tags/list HTTP/1.1"), [400, 404]),
    raw("a broken percent-encoding in the query", line("GET /v2/_catalog?last=%zz%&n=%31 HTTP/1.1"), [200, 400]),
    raw("bytes that are no HTTP at all", Buffer.from("\x00\x01\x02\x03\r\n\r\n", "latin1"), []),
    raw("an SSH greeting", "SSH-2.0-OpenSSH_9.2\r\n\r\n", []),
  ];
}

function methods(host: string): HttpCase[] {
  const send = (method: string, target = "/v2/") => `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const REFUSED = [400, 405];
  return [
    // The runtime ends the connection, without a word, on methods that it has never heard of.
    ...["FOO", "TRACE", "PROPFIND", "M-SEARCH", "PURGE", "LINK"].map((it) => raw(`the method ${it}`, send(it), [])),
    raw("a method in lower case", send("get"), []),
    raw("a method with a colon", send("GE:T"), REFUSED),
    raw("an empty method", send(""), REFUSED),
    raw("a method of 10,000 letters", send("A".repeat(10_000)), []),
    raw("CONNECT", send("CONNECT", "evil.example:443"), [400, 404, 405]),
    raw("OPTIONS *", send("OPTIONS", "*"), [200, 204, 400, 404, 405]),
    raw("OPTIONS", send("OPTIONS"), [200, 204, 400, 404, 405]),
    raw("a method that the route lacks", send("PATCH", "/v2/a/manifests/x"), [405]),
    raw("a method that the catalog lacks", send("DELETE", "/v2/_catalog"), [405]),
  ];
}

function sizes(host: string): HttpCase[] {
  const get = (lines: string, target = TAG_PATH) => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
  const many = Array.from({ length: 5_000 }, (_, number) => `X-${number}: 1\r\n`).join("");
  return [
    raw("a header of 64 KiB", get(`X-Big: ${"x".repeat(65_536)}\r\n`), [431]),
    raw("headers of 1 MiB", get(`X-Big: ${"x".repeat(1_048_576)}\r\n`), [431]),
    raw("a name of 64 KiB", get(`${"x".repeat(65_536)}: 1\r\n`), [431]),
    raw("5,000 headers", get(many), [431]),
    raw("an Authorization of 60 KB", get(`Authorization: Bearer ${"a.".repeat(30_000)}\r\n`), [431]),
    raw("a target of 64 KiB", get("", `/v2/${"a".repeat(65_536)}/tags/list`), [400, 414, 431]),
    raw("a query of 64 KiB", get("", `/v2/_catalog?last=${"a".repeat(65_536)}`), [400, 414, 431]),
    raw("a name of 10,000 letters", get("", `/v2/${"a".repeat(10_000)}/tags/list`), BAD),
    raw("10,000 segments", get("", `/v2/${"a/".repeat(5_000)}tags/list`), BAD),
  ];
}

/** What a server must not refuse, so that none of the above is refused for the wrong reason. */
function oddButRight(host: string): HttpCase[] {
  const start = (target = "/v2/") => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
  return [
    raw("an ordinary request", `${start()}\r\n`, [200]),
    raw("two requests at once", `${start()}\r\n${start()}\r\n`, [200], { replies: 2 }),
    raw("an empty line before the request", `\r\n${start()}\r\n`, BAD_OR_FINE),
    raw("an absolute target of our own", `GET http://${host}/v2/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`, [200]),
    raw("HTTP/1.0 with a Host", `GET /v2/ HTTP/1.0\r\nHost: ${host}\r\n\r\n`, [200], { mustClose: true }),
    raw("Connection: close", `${start()}Connection: close\r\n\r\n`, [200], { mustClose: true }),
    raw("names in odd case", `GET /v2/ HTTP/1.1\r\nhOsT: ${host}\r\n\r\n`, [200]),
    raw("no space after a colon", `GET /v2/ HTTP/1.1\r\nHost:${host}\r\nX:1\r\n\r\n`, [200]),
    raw("an empty value", `${start()}X-Empty:\r\n\r\n`, [200]),
    raw("an upgrade that nobody offers", `${start()}Connection: Upgrade\r\nUpgrade: foo/2\r\n\r\n`, [200]),
    raw(
      "an upgrade to a WebSocket",
      `${start()}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
      [200, 400, 426],
    ),
    raw(
      "100 headers",
      `${start()}${Array.from({ length: 100 }, (_, number) => `X-${number}: 1\r\n`).join("")}\r\n`,
      [200],
    ),
    raw(
      "chunks with extensions and trailers",
      `POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\nContent-Length: 50\r\nX-Trailer: 1\r\n\r\n`,
      [202],
    ),
    raw(
      "Expect: 100-continue",
      `POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
      [202],
    ),
    raw(
      "an expectation that nobody can meet",
      `POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: ${host}\r\nExpect: a-pony\r\nContent-Length: 0\r\n\r\n`,
      [202, 417],
    ),
  ];
}
