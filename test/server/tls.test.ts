// HTTPS as clients see it, and a certificate that is renewed while they work.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { rename, writeFile } from "node:fs/promises";
import { connect } from "node:tls";
import { randomBytes } from "node:crypto";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome } from "../support/containers-home.ts";
import { makeOciLayout } from "../support/images.ts";
import { run } from "../support/process.ts";
import { describeWith, lacking } from "../support/requirements.ts";
import { digestOf } from "../support/stored.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { failToServe, until } from "./support/program.ts";
import { holdSecureUpload, startLoad } from "./support/secure-load.ts";

let directory: TemporaryDirectory;
let certificate: string;
let key: string;

describeWith("HTTPS", ["openssl", "curl"], () => {
  let berth: Berth;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("tls");
    certificate = directory.join("tls.crt");
    key = directory.join("tls.key");
    await makeCertificate("first");
    await install("first");
    berth = await startBerth({ env: { BERTH_HTTP_TLS: `{certificate: ${certificate}, key: ${key}}` } });
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  const read = (name: string) => Bun.file(directory.join(name)).text();

  /** Both files at once, each whole: what a client of an ACME server does. */
  const install = async (name: string) => {
    for (const [suffix, target] of [
      ["key", key],
      ["crt", certificate],
    ] as const) {
      await writeFile(`${target}.new`, await read(`${name}.${suffix}`));
      await rename(`${target}.new`, target);
    }
  };

  const makeCertificate = (name: string) =>
    run([
      ..."openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30".split(" "),
      "-subj",
      `/CN=${name}`,
      "-addext",
      "subjectAltName=IP:127.0.0.1,DNS:localhost",
      "-keyout",
      directory.join(`${name}.key`),
      "-out",
      directory.join(`${name}.crt`),
    ]);

  /** The name in the certificate that a new handshake gets. */
  const presented = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port: berth.port, rejectUnauthorized: false }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      // A listener that closes resets who has not spoken yet: "until" asks again.
      socket.on("error", (error) =>
        "code" in error && error.code === "ECONNRESET" ? resolve("reset") : reject(error),
      );
    });

  test("curl pushes and pulls, and trusts nothing but the certificate", async () => {
    const curl = (...args: string[]) =>
      run(["curl", "--silent", "--show-error", "--fail", "--cacert", certificate, ...args]);
    expect(berth.url).toStartWith("https://");
    const bytes = randomBytes(3_000_000);
    await writeFile(directory.join("blob"), bytes);
    const begun = await curl("--dump-header", "-", "--request", "POST", `${berth.url}/v2/team/app/blobs/uploads/`);
    const location = new URL(/^location: (\S+)/im.exec(begun.stdout)?.[1] ?? "", berth.url);
    location.searchParams.set("digest", digestOf(bytes));
    await curl("--upload-file", directory.join("blob"), location.href);
    await curl("--output", directory.join("pulled"), `${berth.url}/v2/team/app/blobs/${digestOf(bytes)}`);
    expect(digestOf(await Bun.file(directory.join("pulled")).bytes())).toBe(digestOf(bytes));
    expect((await run(["curl", "--silent", `${berth.url}/v2/`], { exitCode: 60 })).exitCode).toBe(60);
  });

  test("plain HTTP on the same port is not answered with content", async () => {
    const { exitCode } = await run(
      ["curl", "--silent", "--fail", "--max-time", "10", `http://127.0.0.1:${berth.port}/v2/`],
      {
        exitCode: "any",
      },
    );
    expect(exitCode).not.toBe(0);
  });

  test("TLS 1.2 and 1.3 are spoken, 1.1 is refused by the server", async () => {
    const shake = (version: string) =>
      run(
        ["openssl", "s_client", "-connect", `127.0.0.1:${berth.port}`, `-${version}`, "-cipher", "DEFAULT@SECLEVEL=0"],
        { exitCode: "any", input: "" },
      );
    expect((await shake("tls1_3")).output).toContain("TLSv1.3");
    expect((await shake("tls1_2")).output).toContain("TLSv1.2");
    for (const old of ["tls1_1", "tls1"]) {
      const refused = await shake(old);
      expect(refused.exitCode).not.toBe(0);
      expect(refused.output).toMatch(/alert protocol version/i);
    }
  });

  test("TLS 1.2 is refused too where the configuration says 1.3", async () => {
    const tls = `{certificate: ${directory.join("first.crt")}, key: ${directory.join("first.key")}, minimumVersion: "1.3"}`;
    const strict = await startBerth({ env: { BERTH_HTTP_TLS: tls } });
    try {
      const curl = (...limits: string[]) =>
        run(["curl", "--silent", "--fail", "--cacert", directory.join("first.crt"), ...limits, `${strict.url}/v2/`], {
          exitCode: "any",
        });
      expect((await curl("--tls-max", "1.2")).exitCode).toBe(35);
      expect((await curl()).exitCode).toBe(0);
    } finally {
      await strict.stop();
    }
  });

  test("a renewed certificate reaches new handshakes, and no request and no upload fails meanwhile", async () => {
    await makeCertificate("second");
    const ca = [await read("first.crt"), await read("second.crt")];
    const upload = await holdSecureUpload(berth.url, ca);
    const load = startLoad(berth.url, ca);
    try {
      await Bun.sleep(500);
      await install("second");
      await until("the new certificate", async () => (await presented()) === "second");
      await Bun.sleep(1_000);
    } finally {
      await load.stop();
    }
    expect(load.failures).toEqual([]);
    expect(load.served()).toBeGreaterThan(200);
    expect(await upload.finish()).toBe(201);
    expect(berth.logs()).toContain("certificate renewed");
  });

  test("a broken certificate changes nothing and is logged; a good one after it is taken", async () => {
    const before = await presented();
    await writeFile(certificate, "-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n");
    await until("the log of it", () => berth.logs().includes("the renewed certificate cannot be used"));
    expect(await presented()).toBe(before);
    const line =
      berth
        .logs()
        .split("\n")
        .find((line) => line.includes("cannot be used")) ?? "";
    expect(line).toContain('"level":"error"');
    expect(line).toContain(certificate);

    await makeCertificate("third");
    await install("third");
    await until("the third certificate", async () => (await presented()) === "third");
  });

  test("SIGHUP renews at once; a key that does not match is refused", async () => {
    await makeCertificate("fourth");
    await makeCertificate("stranger");
    const before = berth.logs().length;
    await writeFile(key, await read("stranger.key"));
    process.kill(berth.pid, "SIGHUP");
    await until("the log of it", () => berth.logs().slice(before).includes("cannot be used"));
    expect(await presented()).toBe("third");
    await install("fourth");
    process.kill(berth.pid, "SIGHUP");
    await until("the fourth certificate", async () => (await presented()) === "fourth");
  });

  test("files that are missing or do not match stop the start", async () => {
    const data = directory.join("never");
    for (const tls of [
      `{certificate: ${directory.join("nothing.crt")}, key: ${key}}`,
      `{certificate: ${directory.join("first.crt")}, key: ${directory.join("second.key")}}`,
    ]) {
      const { output } = await failToServe(["--port", "0", "--data", data], { BERTH_HTTP_TLS: tls });
      expect(output).toContain(".crt");
      expect(output).not.toMatch(/^\s+at /m);
    }
  });

  test("a port that another server has is noticed, though listeners share ports to renew", async () => {
    const { output } = await failToServe(["--port", String(berth.port), "--data", directory.join("other")], {
      BERTH_HTTP_TLS: `{certificate: ${certificate}, key: ${key}}`,
    });
    expect(output).toContain(String(berth.port));
    expect(output).toMatch(/in use/i);
  });

  const skopeoLacking = lacking("skopeo", "busybox");
  if (skopeoLacking !== null) console.error(`skip: skopeo pushes and pulls: ${skopeoLacking}`);
  test.skipIf(skopeoLacking !== null)("skopeo pushes and pulls", async () => {
    const home = await makeTemporaryDirectory("skopeo");
    const secure = await startBerth({
      env: { BERTH_HTTP_TLS: `{certificate: ${directory.join("first.crt")}, key: ${directory.join("first.key")}}` },
    });
    try {
      const containers = await makeContainersHome(home, "nowhere.invalid");
      const layout = await makeOciLayout(home.join("image"));
      const trust = home.join("trust");
      await run(["mkdir", trust]);
      await writeFile(`${trust}/ca.crt`, await read("first.crt"));
      const image = `docker://${secure.host}/team/secure:multi`;
      await containers.skopeo(["copy", "--all", "--dest-cert-dir", trust, `oci:${layout.directory}:multi`, image]);
      await containers.skopeo(["copy", "--all", "--src-cert-dir", trust, image, `oci:${home.join("pulled")}:multi`]);
      const inspected = await containers.skopeo(["inspect", "--cert-dir", trust, "--format", "{{.Digest}}", image]);
      expect(inspected.stdout.trim()).toBe(layout.indexDigest);
      expect((await containers.skopeo(["inspect", image], { exitCode: "any" })).output).toMatch(/x509|certificate/);
    } finally {
      await secure.stop();
      await home.remove();
    }
  });
});
