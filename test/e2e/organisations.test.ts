// What members, teams, patterns and robots of an organisation may, and what a rename leaves as it was, with skopeo and curl.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startBerth, type Berth } from "../support/berth.ts";
import { makeContainersHome, type ContainersHome } from "../support/containers-home.ts";
import { makeOciLayout, type OciLayout } from "../support/images.ts";
import { run } from "../support/process.ts";
import { describeWith } from "../support/requirements.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../support/temporary.ts";
import { PROGRAM } from "../server/support/program.ts";

const PASSWORD = "a long enough phrase for tests";

describeWith("organisations", ["skopeo", "curl", "busybox"], () => {
  let berth: Berth;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let layout: OciLayout;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("organisations");
    berth = await startBerth({ env: { BERTH_ADMIN_USERNAME: "root", BERTH_ADMIN_PASSWORD: PASSWORD } });
    home = await makeContainersHome(directory, berth.host);
    layout = await makeOciLayout(directory.path);
    for (const name of ["ada", "bob", "eve"]) {
      const command = [...PROGRAM, "user", "create", name, "--password-stdin", "--data", berth.dataDirectory];
      await run(command, { input: `${PASSWORD}\n` });
    }
    await hub("ada", "POST", "namespaces", { name: "acme" });
    await hub("ada", "PUT", "namespaces/acme/members/bob", { role: "member" });
    await hub("ada", "POST", "namespaces/acme/teams", { name: "qa" });
    await hub("ada", "PUT", "namespaces/acme/teams/qa/members/bob");
    await hub("ada", "POST", "namespaces/acme/grants", {
      subject: { kind: "team", name: "qa" },
      on: { kind: "pattern", pattern: "acme/web-*" },
      role: "read",
    });
  });
  afterAll(async () => {
    await berth?.stop();
    await directory?.remove();
  });

  /** Asks as curl does; gives the answer's object. */
  const hub = async (user: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const json =
      body === undefined ? [] : ["--header", "Content-Type: application/json", "--data", JSON.stringify(body)];
    const command = ["curl", "--silent", "--show-error", "--fail-with-body", "--user", `${user}:${PASSWORD}`];
    const { stdout } = await run([...command, "--request", method, ...json, `${berth.url}/api/v1/${path}`]);
    // Every answer of the hub API that has a body is an object.
    return stdout === "" ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  };
  const push = (user: string, name: string, secret = PASSWORD, exitCode = 0) =>
    home.skopeo(
      [
        "copy",
        "--dest-tls-verify=false",
        "--dest-creds",
        `${user}:${secret}`,
        `oci:${layout.directory}:one`,
        `docker://${berth.host}/${name}`,
      ],
      { exitCode },
    );
  const inspect = (user: string, name: string, exitCode = 0) =>
    home.skopeo(
      ["inspect", "--tls-verify=false", "--raw", "--creds", `${user}:${PASSWORD}`, `docker://${berth.host}/${name}`],
      {
        exitCode,
      },
    );

  test("a team pulls what its pattern matches, and is told why it may not push", async () => {
    await push("ada", "acme/web-shop:1");
    await push("ada", "acme/api:1");
    await inspect("bob", "acme/web-shop:1");
    const denied = await push("bob", "acme/web-shop:2", PASSWORD, 1);
    expect(denied.stderr).toContain("push to acme/web-shop needs role write; you have read through team qa");
    await inspect("bob", "acme/api:1", 1);
    await inspect("eve", "acme/web-shop:1", 1);
  });

  test("a robot pushes with its token where it was granted that", async () => {
    const { name } = await hub("ada", "POST", "namespaces/acme/robots", { name: "ci" });
    expect(name).toBe("acme.ci");
    const { token } = await hub("ada", "POST", "namespaces/acme/robots/acme.ci/tokens", { name: "main" });
    await push("acme.ci", "acme/api:2", String(token), 1);
    await hub("ada", "POST", "repositories/acme/api/-/grants", { subject: { kind: "robot", name }, role: "write" });
    await push("acme.ci", "acme/api:2", String(token));
    await push("acme.ci", "acme/web-shop:2", String(token), 1);
  });

  test("after a rename pushes and pulls of the old name go on, with the rights as they were", async () => {
    await hub("ada", "POST", "namespaces/acme/rename", { name: "acme-industries" });
    for (const name of ["acme", "acme-industries"]) {
      await inspect("bob", `${name}/web-shop:1`);
      await push("ada", `${name}/web-shop:of-${name}`);
      await push("ada", `${name}/new-of-${name}:1`);
      await inspect("eve", `${name}/web-shop:1`, 1);
    }
    const { stdout } = await run(["curl", "--silent", "--user", `ada:${PASSWORD}`, `${berth.url}/v2/_catalog`]);
    expect(JSON.parse(stdout)).toEqual({
      repositories: ["api", "new-of-acme", "new-of-acme-industries", "web-shop"].map((it) => `acme-industries/${it}`),
    });
  });
});
