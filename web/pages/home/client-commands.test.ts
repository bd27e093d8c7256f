import { expect, test } from "bun:test";
import { clientGuides, type Place } from "./client-commands.ts";

const OPEN: Place = {
  host: "localhost:5000",
  url: "http://localhost:5000",
  isPlain: true,
  account: null,
  repository: "hello",
};

const textOf = (place: Place, id: string) =>
  clientGuides(place)
    .find((it) => it.id === id)
    ?.steps.map((it) => it.text)
    .join("\n");

test("nobody logs in to an open registry, and Docker takes loopback without TLS", () => {
  expect(textOf(OPEN, "docker")).toBe(
    "docker tag hello-world localhost:5000/hello:latest\ndocker push localhost:5000/hello:latest\ndocker pull localhost:5000/hello:latest",
  );
  for (const id of ["kubernetes", "github", "gitlab", "containerd"]) {
    expect(textOf(OPEN, id)).not.toMatch(/login|secret|--user|NAME/);
  }
});

test("elsewhere the account is named, and plain HTTP is allowed where clients want to be told", () => {
  const place = {
    ...OPEN,
    host: "hub.test:5000",
    url: "http://hub.test:5000",
    account: "ada",
    repository: "ada/hello",
    local: "api:dev",
    robot: "ada.ci",
  };
  expect(textOf(place, "docker")).toContain("insecure-registries");
  expect(textOf(place, "docker")).toContain("docker login hub.test:5000 -u ada");
  expect(textOf(place, "docker")).toContain("docker tag api:dev hub.test:5000/ada/hello:latest");
  expect(textOf(place, "github")).toContain("-u ada.ci --password-stdin");
  expect(textOf(place, "kubernetes")).toContain("--docker-username=ada.ci");
  expect(textOf(place, "podman")).toContain("podman push --tls-verify=false hub.test:5000/ada/hello:latest");
  expect(textOf({ ...place, isPlain: false, url: "https://hub.test:5000" }, "podman")).not.toContain("tls-verify");
});
