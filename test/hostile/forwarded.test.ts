// Headers with which a client tries to say who it is and where we are. Nothing of them comes back in an answer, no
// address in the log is theirs, and an open server on this machine answers only to this machine's names.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { exchange, request } from "./support/raw.ts";
import { accessLogWith, expectUnharmed, OCI_MANIFEST, pushAndPull } from "./support/registry.ts";

const EVIL = "evil.example";
const EVIL_ADDRESS = "203.0.113.77";

let berth: Berth;
let open: Berth;
beforeAll(async () => {
  berth = await startBerth();
  // Open to every name, so that a foreign Host is let through to where it could be repeated.
  open = await startBerth({ env: { BERTH_OPEN: "true" } });
  for (const { url } of [berth, open]) await pushAndPull(url, "forwarded/a");
});
afterAll(async () => {
  await berth?.stop();
  await open?.stop();
});

/** Forty ways to say it. */
const HEADERS: Record<string, string>[] = [
  { Host: EVIL },
  { Host: `${EVIL}:80` },
  { Host: `127.0.0.1.${EVIL}` },
  { Host: `localhost.${EVIL}` },
  { Host: `${EVIL}.` },
  { Host: `a.b.c.${EVIL}:5000`, "X-Forwarded-Proto": "https" },
  { Host: EVIL, "X-Forwarded-Host": "localhost" },
  { Host: EVIL, Forwarded: "host=localhost" },
  ...[
    "X-Forwarded-Host",
    "X-Host",
    "X-Forwarded-Server",
    "X-HTTP-Host-Override",
    "X-Original-Host",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-Forwarded-Uri",
    "X-Forwarded-Prefix",
    "X-Script-Name",
    "X_Forwarded_Host",
    "X-Real-Host",
    "Referer",
    "Origin",
  ].map((name) => ({ [name]: EVIL })),
  { "X-Forwarded-Host": `localhost, ${EVIL}` },
  { "X-Forwarded-Host": `${EVIL}, localhost` },
  { "X-Forwarded-Proto": `https://${EVIL}/` },
  { "X-Forwarded-Scheme": EVIL },
  { "X-Forwarded-Port": EVIL },
  { "X-Forwarded-Prefix": `//${EVIL}` },
  { Forwarded: `host=${EVIL}` },
  { Forwarded: `for=${EVIL_ADDRESS};host=${EVIL};proto=https` },
  { Forwarded: `host="${EVIL}", host=localhost` },
  { Forwarded: `by=${EVIL}` },
  { "X-Forwarded-For": EVIL_ADDRESS },
  { "X-Forwarded-For": `${EVIL_ADDRESS}, 127.0.0.1` },
  { "X-Forwarded-For": `127.0.0.1, ${EVIL_ADDRESS}` },
  { "X-Forwarded-For": EVIL, "X-Real-IP": EVIL },
  { "X-Real-IP": EVIL_ADDRESS },
  { "X-Client-IP": EVIL_ADDRESS },
  { "CF-Connecting-IP": EVIL_ADDRESS },
  { "True-Client-IP": EVIL_ADDRESS },
  { "X-Cluster-Client-IP": EVIL_ADDRESS },
  { "X-Forwarded-Host": `${EVIL}\t`, "X-Forwarded-Proto": "https" },
  { "X-Forwarded-Host": `${EVIL}/v2/`, Forwarded: `host=${EVIL}` },
  { "X-Request-Id": EVIL },
  { "User-Agent": EVIL, Via: EVIL },
  { Authorization: `Bearer ${EVIL}` },
  { Cookie: `host=${EVIL}` },
  { Accept: `${EVIL}/x` },
];

const REQUESTS: [string, string][] = [
  ["GET", "/"],
  ["GET", "/v2/"],
  ["GET", "/v2"],
  ["GET", "/v2/_catalog?n=0"],
  ["GET", "/v2/forwarded/a/tags/list?n=0"],
  ["GET", "/v2/forwarded/a/manifests/latest"],
  ["GET", "/v2/forwarded/a/manifests/none"],
  ["POST", "/v2/forwarded/a/blobs/uploads/"],
  ["PUT", "/v2/forwarded/a/manifests/x"],
  ["GET", "/nowhere"],
  ["GET", "/readyz"],
];

test("no answer repeats what a header said of a host, on any route", async () => {
  expect(HEADERS.length).toBeGreaterThanOrEqual(40);
  const wrong: string[] = [];
  for (const server of [berth, open]) {
    for (const headers of HEADERS) {
      const all = { Host: server.host, "Content-Length": "0", "Content-Type": OCI_MANIFEST, ...headers };
      const text = REQUESTS.map(([method, target], number) =>
        request(method, target, number === REQUESTS.length - 1 ? { ...all, Connection: "close" } : all),
      ).join("");
      const got = await exchange(server.port, text, { replies: REQUESTS.length });
      const said = JSON.stringify(headers);
      if (got.replies.length !== REQUESTS.length) wrong.push(`${got.replies.length} replies to ${said}`);
      if (got.bytes.includes(EVIL) || got.bytes.includes(EVIL_ADDRESS)) wrong.push(`repeated: ${said}`);
      for (const reply of got.replies) {
        if (reply.status >= 500) wrong.push(`${reply.status} to ${said}`);
        const location = reply.headers.get("location") ?? "/";
        if (!/^\/(?!\/)/.test(location)) wrong.push(`Location: ${location} to ${said}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("a server open to its own machine is closed to other sites' names", async () => {
  const foreign = [
    EVIL,
    `${EVIL}:${berth.port}`,
    `127.0.0.1.${EVIL}`,
    `localhost.${EVIL}`,
    "127.0.0.1.nip.io",
    "0.0.0.0",
    "[::]",
    "10.0.0.1",
    "localhostt",
    "127.0.0.1a",
    "2130706433",
    "0x7f.1",
    "127.1",
  ];
  for (const host of foreign) {
    for (const [method, target] of [
      ["GET", "/v2/_catalog"],
      ["GET", "/v2/forwarded/a/manifests/latest"],
      ["POST", "/v2/forwarded/a/blobs/uploads/"],
      ["DELETE", "/v2/forwarded/a/manifests/latest"],
    ] as const) {
      const got = await exchange(berth.port, request(method, target, { Host: host, "Content-Length": "0" }));
      expect([400, 401, 403], `${method} ${target} for ${host}`).toContain(got.replies[0]?.status ?? 0);
    }
  }
  // The address of another Host in the request line does not open it, nor does ours there excuse a foreign Host.
  for (const [target, host] of [[`http://${berth.host}/v2/_catalog`, EVIL]] as const) {
    const got = await exchange(berth.port, request("GET", target, { Host: host }));
    expect([400, 401, 403]).toContain(got.replies[0]?.status ?? 0);
  }
  for (const host of [berth.host, `localhost:${berth.port}`, "LOCALHOST", `[::1]:${berth.port}`]) {
    expect((await exchange(berth.port, request("GET", "/v2/_catalog", { Host: host }))).replies[0]?.status).toBe(200);
  }
});

test("addresses in the log are those of the peers, unless a trusted proxy says otherwise", async () => {
  await exchange(
    berth.port,
    request("GET", "/v2/log/untrusted/tags/list", {
      Host: berth.host,
      "X-Forwarded-For": EVIL_ADDRESS,
      "X-Real-IP": EVIL_ADDRESS,
    }),
  );
  const entries = await accessLogWith(berth, "/v2/log/untrusted/tags/list");
  expect(entries.filter((it) => it.address === EVIL_ADDRESS)).toEqual([]);

  const behind = await startBerth({ env: { BERTH_HTTP_TRUSTED_PROXIES: "[127.0.0.1, 10.0.0.0/8]" } });
  try {
    const cases: [string, string][] = [
      ["198.51.100.1", "198.51.100.1"],
      [`${EVIL_ADDRESS}, 198.51.100.1`, "198.51.100.1"],
      [`${EVIL_ADDRESS}, 198.51.100.1, 10.1.2.3`, "198.51.100.1"],
      [`${EVIL_ADDRESS}, 198.51.100.1, 10.1.2.3, 127.0.0.1`, "198.51.100.1"],
      ["2001:db8::1", "2001:db8::1"],
      ["198.51.100.1, nonsense", "127.0.0.1"],
      [`"><script>`, "127.0.0.1"],
      ["", "127.0.0.1"],
      [`198.51.100.1,${",".repeat(500)}`, "127.0.0.1"],
    ];
    for (const [number, [header, address]] of cases.entries()) {
      const path = `/v2/log/case${number}/tags/list`;
      await exchange(behind.port, request("GET", path, { Host: behind.host, "X-Forwarded-For": header }));
      const found = (await accessLogWith(behind, path)).find((it) => it.path === path);
      expect(found?.address, header.slice(0, 60)).toBe(address);
    }
    await expectUnharmed(behind);
  } finally {
    await behind.stop();
  }
});

test("the servers are unharmed", async () => {
  await expectUnharmed(berth);
  await expectUnharmed(open);
});
