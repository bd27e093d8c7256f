// The OCI distribution conformance suite against a real server: the 1.1.1 edition in both orders of deletion, and the
// newer edition as 1.1 and with every draft. A case may be skipped only if it is named here with the reason.

import { expect, test } from "bun:test";
import { startBerth } from "../support/berth.ts";
import { cleanEnvironment, run } from "../support/process.ts";
import { makeTemporaryDirectory } from "../support/temporary.ts";
import { describeFailures, findGinkgoFailures, parseJUnit } from "./report.ts";
import { buildSuite, MAIN_SUITE, type Suite, TAGGED_SUITE } from "./suites.ts";

const TIMEOUT_SECONDS = 120;
const TARGET_REPOSITORY = "conformance/target";
const SOURCE_REPOSITORY = "conformance/source";

interface Scenario {
  name: string;
  suite: Suite;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Fewer passed cases than this mean that the suite stopped asking, not that all is well. */
  leastPassed: number;
  /** Skipped cases and why; any other skip fails, and so does one of these that is not skipped. */
  skipped: Readonly<Record<string, string>>;
}

const TAGGED_SKIPS = {
  "Pull Setup Get tag name from environment": "it is for registries that cannot be pushed to",
  "Content Discovery Setup Populate registry with test tags (no push)": "it is for registries that cannot be pushed to",
  "Push Cross-Repository Blob Mount Cross-mounting of nonexistent blob should yield session id":
    "it asks about the answer to a refused mount, and the mount before it was done",
  "Push Cross-Repository Blob Mount Cross-mounting without from, and automatic content discovery disabled should return a 202":
    "its opposite is asked: a mount without a source finds the blob",
};

const MAIN_SKIPS = {
  "sha256 blobs/post cancel/blob-post-cancel": "cancelling an upload is a draft, which 1.1 leaves out",
  "sha512 blobs/post cancel/blob-post-cancel": "cancelling an upload is a draft, which 1.1 leaves out",
};

const TAGGED_ENVIRONMENT = {
  OCI_NAMESPACE: TARGET_REPOSITORY,
  OCI_CROSSMOUNT_NAMESPACE: SOURCE_REPOSITORY,
  OCI_TEST_PULL: "1",
  OCI_TEST_PUSH: "1",
  OCI_TEST_CONTENT_DISCOVERY: "1",
  OCI_TEST_CONTENT_MANAGEMENT: "1",
  OCI_AUTOMATIC_CROSSMOUNT: "1",
  OCI_DEBUG: "1",
};

const MAIN_ENVIRONMENT = {
  OCI_TLS: "disabled",
  OCI_REPO1: TARGET_REPOSITORY,
  OCI_REPO2: SOURCE_REPOSITORY,
};

/** What the suite's own default for drafts leaves off, named so that a changed default cannot take anything away. */
const EVERY_FEATURE = {
  OCI_API_BLOBS_DIGEST_HEADER: "true",
  OCI_API_BLOBS_MOUNT_ANONYMOUS: "true",
  OCI_API_BLOBS_UPLOAD_CANCEL: "true",
  OCI_API_MANIFESTS_DIGEST_HEADER: "true",
  OCI_API_MANIFESTS_TAG_PARAM: "true",
  OCI_API_REFERRER: "true",
  OCI_DATA_SHA512: "true",
  // Its sparse *images* lack an ordinary layer, which is refused here; a sparse index is accepted (the contract lane tests it).
  OCI_DATA_SPARSE: "false",
};

const SCENARIOS: readonly Scenario[] = [
  ...(["0", "1"] as const).map((first) => ({
    name: `1.1.1, ${first === "1" ? "manifests deleted before blobs" : "blobs deleted before manifests"}`,
    suite: TAGGED_SUITE,
    args: ["-ginkgo.v", "-ginkgo.no-color"],
    env: { ...TAGGED_ENVIRONMENT, OCI_DELETE_MANIFEST_BEFORE_BLOBS: first },
    leastPassed: 75,
    skipped: TAGGED_SKIPS,
  })),
  {
    name: "main as 1.1",
    suite: MAIN_SUITE,
    args: [],
    env: { ...MAIN_ENVIRONMENT, OCI_VERSION: "1.1" },
    leastPassed: 693,
    skipped: MAIN_SKIPS,
  },
  {
    name: "main with every draft",
    suite: MAIN_SUITE,
    args: [],
    env: { ...MAIN_ENVIRONMENT, ...EVERY_FEATURE, OCI_VERSION: "dev" },
    leastPassed: 793,
    skipped: {},
  },
];

async function runSuite(program: string, scenario: Scenario) {
  const results = await makeTemporaryDirectory("oci");
  const berth = await startBerth();
  try {
    // A variable of the person's own could turn a whole group of cases off.
    const inherited = Object.entries(cleanEnvironment()).filter(([name]) => !/^(OCI_|GINKGO_)/.test(name));
    const place =
      scenario.suite === TAGGED_SUITE
        ? { OCI_ROOT_URL: berth.url, OCI_REPORT_DIR: results.path }
        : { OCI_REGISTRY: berth.host, OCI_RESULTS_DIR: results.path };
    const env = { ...Object.fromEntries(inherited), ...scenario.env, ...place };
    const command = [program, ...scenario.args];
    const ended = await run(command, { cwd: results.path, env, timeoutSeconds: TIMEOUT_SECONDS, exitCode: "any" });
    const junit = Bun.file(results.join("junit.xml"));
    if (!(await junit.exists())) throw new Error(`the suite wrote no report:\n${ended.output}\n${berth.logs()}`);
    return { cases: parseJUnit(await junit.text()), exitCode: ended.exitCode, output: ended.output };
  } finally {
    await berth.stop();
    await results.remove();
  }
}

for (const suite of [TAGGED_SUITE, MAIN_SUITE]) {
  const { program, reason } = await buildSuite(suite);
  for (const scenario of SCENARIOS.filter((scenario) => scenario.suite === suite)) {
    const name = `OCI conformance ${scenario.name}`;
    if (reason !== null) console.error(`skip: ${name}: ${reason}`);
    test.skipIf(reason !== null)(
      name,
      async () => {
        const { cases, exitCode, output } = await runSuite(program, scenario);
        const namesOf = (outcome: string) =>
          cases
            .filter((reported) => reported.outcome === outcome)
            .map(({ name }) => name.replace(/^OCI (Distribution )?Conformance Tests? ?\/?/, ""))
            .sort();
        const [passed, skipped, failed] = [namesOf("passed"), namesOf("skipped"), namesOf("failed")];
        console.log(`${name}: ${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
        if (failed.length > 0) {
          console.error(describeFailures(cases));
          if (suite === TAGGED_SUITE) console.error(findGinkgoFailures(output));
        } else if (exitCode !== 0) {
          console.error(output);
        }
        expect({ failed, skipped, exitCode }).toEqual({
          failed: [],
          skipped: Object.keys(scenario.skipped).sort(),
          exitCode: 0,
        });
        expect(passed.length).toBeGreaterThanOrEqual(scenario.leastPassed);
      },
      (TIMEOUT_SECONDS + 60) * 1000,
    );
  }
}
