import { expect, test } from "bun:test";
import { pullCommands, type Pulled } from "./pull-commands.ts";

const PULLED: Pulled = { host: "hub.test", isPlain: false, repository: "acme/api", reference: "v1", kind: "image" };

const textOf = (pulled: Partial<Pulled>, id: string) =>
  pullCommands({ ...PULLED, ...pulled }).find((it) => it.id === id)?.text;

test("images by tag and by digest, with TLS and without", () => {
  expect(textOf({}, "docker")).toBe("docker pull hub.test/acme/api:v1");
  expect(textOf({ reference: "sha256:ab" }, "podman")).toBe("podman pull hub.test/acme/api@sha256:ab");
  expect(textOf({ isPlain: true }, "podman")).toBe("podman pull --tls-verify=false hub.test/acme/api:v1");
  expect(textOf({ isPlain: true }, "skopeo")).toBe(
    "skopeo copy --src-tls-verify=false --all docker://hub.test/acme/api:v1 oci:api",
  );
  expect(textOf({ kind: "index" }, "dockerfile")).toBe("FROM hub.test/acme/api:v1");
});

test("what is no image has clients of its own", () => {
  expect(textOf({ kind: "helm-chart", reference: "1.2.3_build" }, "helm-install")).toBe(
    "helm install api oci://hub.test/acme/api --version 1.2.3+build",
  );
  expect(textOf({ kind: "compose" }, "compose")).toBe("docker compose -f oci://hub.test/acme/api:v1 up");
  expect(pullCommands({ ...PULLED, kind: "sbom" }).map(({ id }) => id)).toEqual(["oras"]);
});
