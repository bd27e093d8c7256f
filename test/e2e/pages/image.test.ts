// What a person does with an image: see how it was built, walk through its files, take one along, compare two tags; with an
// image that buildah built, an index that skopeo pushed, and names that mean harm.

import { mkdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { startBerth, type Berth } from "../../support/berth.ts";
import { accessibilityOf, settled, startChromium, visit, type Visit } from "../../support/chromium.ts";
import { makeContainersHome, type ContainersHome } from "../../support/containers-home.ts";
import { pushChart, pushOddities, pushShops, VALUES_YAML } from "../../support/image-samples.ts";
import { makeOciLayout, makeRootFileSystem, type OciLayout } from "../../support/images.ts";
import { ADMINISTRATOR, FILLED, PASSWORD, pusherOf } from "../../support/pages.ts";
import { Browser as ApiBrowser } from "../../support/browser.ts";
import { describeWith } from "../../support/requirements.ts";
import { tarOf } from "../../support/tars.ts";
import { makeTemporaryDirectory, type TemporaryDirectory } from "../../support/temporary.ts";

const CREDENTIALS = `${ADMINISTRATOR.name}:${PASSWORD}`;

const CONTAINERFILE = `FROM scratch
COPY root/ /
ENV COLOUR=blue
LABEL org.opencontainers.image.source=https://example.test/built
RUN echo hello > /hello.txt && busybox chmod 4755 /bin/busybox && busybox mkdir -p /srv/deep
RUN busybox rm /secret.txt && echo second > /hello.txt
CMD ["/bin/cat", "/hello.txt"]
`;

describeWith("an image's pages", ["chromium", "buildah", "skopeo", "busybox", "containers"], () => {
  let berth: Berth;
  let chromium: Browser;
  let directory: TemporaryDirectory;
  let home: ContainersHome;
  let layout: OciLayout;
  let seen: Visit;
  let page: Page;

  beforeAll(async () => {
    directory = await makeTemporaryDirectory("image-pages");
    berth = await startBerth({ env: FILLED });
    home = await makeContainersHome(directory, berth.host);
    layout = await makeOciLayout(directory.path);
    await buildAndPush();
    const target = `docker://${berth.host}/ada/multi:1`;
    const toHere = ["--dest-tls-verify=false", "--dest-creds", CREDENTIALS];
    await home.skopeo(["copy", ...toHere, "--all", `oci:${layout.directory}:multi`, target]);
    const ada = new ApiBrowser(berth.url);
    await ada.call("POST", "/api/v1/session", ADMINISTRATOR);
    await ada.call("POST", "/api/v1/namespaces", { name: "acme", defaultVisibility: "public" });
    const pusher = pusherOf(berth, ADMINISTRATOR);
    await pushShops(pusher);
    await pushChart(pusher);
    await pushOddities(pusher);
    chromium = await startChromium();
    seen = await visit(chromium, { url: berth.url, as: ADMINISTRATOR });
    page = seen.page;
  }, 180_000);

  afterAll(async () => {
    await chromium?.close();
    await berth?.stop();
    await directory?.remove();
  });

  async function buildAndPush(): Promise<void> {
    const context = directory.join("context");
    await makeRootFileSystem(`${context}/root`);
    await mkdir(`${context}/root/etc`);
    await writeFile(`${context}/root/secret.txt`, "not for long\n");
    await writeFile(`${context}/root/etc/app.conf`, "one = 1\ntwo = 2\n");
    await writeFile(`${context}/Dockerfile`, CONTAINERFILE);
    const image = `${berth.host}/ada/built:1`;
    await home.buildah(["build", "--layers", "--isolation", "chroot", "-t", image, context]);
    await home.buildah(["push", "--tls-verify=false", "--creds", CREDENTIALS, image]);
  }

  const row = (name: string | RegExp) => page.getByRole("row", { name });

  test("the image that buildah built: steps, configuration, layers and what keeps them", async () => {
    await page.goto("/r/ada/built/-/images/1");
    const steps = page.getByRole("list", { name: "Build steps" });
    await steps.getByText("rm /secret.txt").first().waitFor();
    expect(await steps.getByText("#(nop)").count()).toBe(0);
    await page.getByRole("link", { name: "Configuration" }).click();
    await row("COLOUR blue").waitFor();
    expect(await page.getByText('["/bin/cat", "/hello.txt"]').count()).toBe(1);
    const link = page.getByRole("link", { name: "https://example.test/built" }).last();
    expect(await link.getAttribute("rel")).toBe("nofollow ugc noopener noreferrer");
    await page.getByRole("link", { name: "Layers", exact: true }).click();
    await page.getByRole("button", { name: "What keeps it 1", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "What keeps these bytes" });
    await dialog.getByText("ada/built").waitFor();
    expect(await dialog.getByText("as its layer").count()).toBe(1);
    expect(await accessibilityOf(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Manifest", exact: true }).click();
    await page.getByRole("region", { name: "Manifest" }).getByText('"schemaVersion": 2').waitFor();
  });

  test("walk through its files by keyboard, read one and take it along", async () => {
    await page.goto("/r/ada/built/-/files/1");
    await row(/^Directory etc/).waitFor();
    // Gone with the last layer, and so not there.
    expect(await row(/secret\.txt/).count()).toBe(0);
    await page.getByRole("link", { name: "bin", exact: true }).focus();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    for (let step = 0; step < 12 && (await focused()) !== "etc"; step += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Place" }).getByText("etc").waitFor();
    await row(/app\.conf/).waitFor();
    await page.waitForFunction(() => document.activeElement?.hasAttribute("data-file") === true);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Text of etc/app.conf" }).getByText("two = 2").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("app.conf");
    expect(await Bun.file((await download.path()) ?? "").text()).toBe("one = 1\ntwo = 2\n");
  });

  test("find a file; what a layer hides, removes, and lets run as another", async () => {
    await page.goto("/r/ada/built/-/files/1");
    await page.getByRole("searchbox", { name: "Find files by a part of their path" }).fill("BUSY");
    await row(/bin\/busybox.*set-uid/).waitFor();
    // The search of all pages is another one.
    expect(await page.getByRole("combobox", { name: "Search images" }).inputValue()).toBe("");
    await page.getByRole("searchbox", { name: "Find files by a part of their path" }).fill("hello");
    await row(/hello\.txt hides an older one/).waitFor();
    await page.getByRole("link", { name: "hello.txt", exact: true }).click();
    await page.getByText("second", { exact: true }).waitFor();
    const layers = page.getByRole("list", { name: "Layers" });
    expect(await layers.getByRole("listitem").allInnerTexts()).toHaveLength(2);
    await layers.getByRole("link").last().click();
    await row(/secret\.txt removed here/).waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    await page.goto("/r/ada/built/-/files/1?largest=true");
    await row(/bin\/busybox/).waitFor();
    expect(await page.getByRole("row").nth(1).innerText()).toContain("bin/busybox");
    // A link leads to its target.
    await page.goto("/r/ada/built/-/files/1?file=bin/cat");
    await page.getByRole("link", { name: "busybox", exact: true }).click();
    await page.getByText("This is no text").waitFor();
  });

  test("an index: its platforms, each an image", async () => {
    await page.goto("/r/ada/multi/-/images/1");
    const platforms = page.getByRole("list", { name: "Platforms" });
    await platforms.getByRole("link", { name: /linux\/arm64/ }).click();
    await page.waitForURL(/platform=/);
    expect(await platforms.locator("[aria-current]").innerText()).toContain("linux/arm64");
    await page.getByRole("link", { name: "Configuration" }).click();
    await page.getByText("/own-arm64").first().waitFor();
    await page.getByRole("link", { name: "Files", exact: true }).click();
    await page.getByRole("link", { name: "own-arm64", exact: true }).waitFor();
    await page.goto("/r/acme/shop/-/images/multi");
    await page.getByText("1 attestation").click();
    await page.getByRole("link", { name: "of linux/amd64" }).waitFor();
  });

  test("what belongs to it, as a tree; each has a page of its own", async () => {
    await page.goto("/r/acme/shop/-/images/1.1?view=referrers");
    const list = page.getByRole("list", { name: "What belongs to it" });
    await list.getByRole("link", { name: "SBOM" }).waitFor();
    expect(await list.getByRole("link", { name: "Signature" }).count()).toBe(2);
    await list.getByRole("link", { name: "SBOM" }).click();
    await page.getByRole("button", { name: "View sbom.spdx.json" }).click();
    await page.getByText('{"spdxVersion":"SPDX-2.3"}').waitFor();
    await page.getByText("Belongs to").waitFor();
  });

  test("compare two tags", async () => {
    await page.goto("/r/acme/shop/-/images/1.0");
    await page.getByRole("link", { name: "Compare" }).click();
    await page.getByRole("combobox", { name: "To", exact: true }).fill("1.1");
    await page.getByRole("option", { name: "1.1", exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await row("Environment PORT 8080 9090").waitFor();
    await page.getByText("2 of 3 shared").waitFor();
    const files = page.getByRole("list", { name: "Files that differ" });
    await files.locator("bdi", { hasText: "app/new.js" }).waitFor();
    await page.getByRole("button", { name: "Changed 2" }).click();
    await files.locator("bdi", { hasText: "app/new.js" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Compare app/config.yml" }).click();
    const text = page.getByRole("region", { name: "What changed in the text" });
    await text.getByText("port: 9090").waitFor();
    expect(await text.getByText("removed:").count()).toBe(1);
    expect(await accessibilityOf(page)).toEqual([]);
    await page.getByRole("searchbox", { name: "Part of the path" }).fill("main");
    await files.locator("bdi", { hasText: "app/config.yml" }).waitFor({ state: "detached" });
    await files.getByRole("link", { name: "1.1 app/main.js" }).click();
    await page.getByText('console.log("shop 1.1");').waitFor();
  });

  test("a chart, a Compose file, and what nothing knows", async () => {
    await page.goto("/r/acme/charts/hello/-/images/1.2.3");
    await page.getByText("Greets whoever comes by.").waitFor();
    await page.getByText(/helm install .*oci:\/\/.*\/acme\/charts\/hello --version 1\.2\.3/).waitFor();
    await page.getByRole("button", { name: "README" }).click();
    await page.getByText("wave", { exact: true }).waitFor();
    await page.getByRole("button", { name: "values.yaml" }).click();
    const values = page.getByRole("region", { name: "values.yaml" });
    expect((await values.innerText()).replaceAll(/\n\s*/g, "")).toContain(VALUES_YAML.split("\n")[0]!);
    await page.getByRole("button", { name: "Templates and files" }).click();
    await page.getByRole("link", { name: "templates/deployment.yaml" }).click();
    await page.getByText("replicas: {{ .Values.replicas }}").waitFor();
    await page.goto("/r/acme/stack/-/images/v1");
    await page.getByText("image: acme/shop:1.1").waitFor();
    await page.goto("/r/acme/model/-/images/v1");
    const [weights] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download weights.bin" }).click(),
    ]);
    expect(weights.suggestedFilename()).toBe("weights.bin");
    expect(Bun.file((await weights.path()) ?? "").size).toBe(20_000);
    await page.getByRole("button", { name: "View weights.bin" }).click();
    await page.getByText("This is no text").waitFor();
  });

  test("a layer that is damaged: why its files cannot be shown", async () => {
    const pusher = pusherOf(berth, ADMINISTRATOR);
    const push = (bytes: Uint8Array, type: string) =>
      pusher.pushBlob("acme/broken", bytes, `application/vnd.oci.image.${type}`);
    const whole = Bun.gzipSync(tarOf([{ name: "a.txt", content: "a".repeat(5_000) }]));
    await pusher.pushManifest("acme/broken", "1", {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: await push(new TextEncoder().encode("{}"), "config.v1+json"),
      layers: [await push(whole.subarray(0, whole.length / 2), "layer.v1.tar+gzip")],
    } as { mediaType: string });
    await page.goto("/r/acme/broken/-/files/1");
    await page.getByText("Its files cannot be shown").waitFor();
    expect(await page.getByText("Clients pull it all the same.").count()).toBe(1);
    await page.goto("/r/acme/broken/-/images/1?view=configuration");
    await page.getByText("It sets no variables.").waitFor();
  });

  test("an image goes with its tags, and comes back", async () => {
    await page.goto("/r/ada/multi/-/images/1");
    await page.getByRole("button", { name: "Delete this image…" }).click();
    const dialog = page.getByRole("dialog", { name: "Delete this image?" });
    await dialog.getByText("and with it 1 tag: 1").waitFor();
    await dialog.getByText("The images of its platforms stay").waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Delete the image" }).click();
    await page.getByText(/^Deleted [0-9a-f]{12}\.$/).waitFor();
    const isPulled = async () => {
      const headers = { authorization: `Basic ${btoa(CREDENTIALS)}`, accept: "*/*" };
      return (await fetch(`${berth.url}/v2/ada/multi/manifests/1`, { method: "HEAD", headers })).status;
    };
    expect(await isPulled()).toBe(404);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Back again: 1.").waitFor();
    await page.getByRole("link", { name: "1", exact: true }).waitFor();
    expect(await isPulled()).toBe(200);
    // Nobody is offered what they may not.
    const stranger = await visit(chromium, { url: berth.url });
    await stranger.page.goto("/r/acme/shop/-/images/1.0");
    await stranger.page.getByText("Pulled", { exact: true }).waitFor();
    expect(await stranger.page.getByRole("button", { name: "Delete this image…" }).count()).toBe(0);
    await stranger.page.context().close();
  });

  test("names that mean harm are only text, and nothing of them is hidden", async () => {
    await page.goto("/r/acme/shop/-/files/1.1?path=odd");
    await page.getByRole("link", { name: '<img src=x onerror="alert(1)">.txt', exact: true }).waitFor();
    await page.getByText("U+202E", { exact: true }).waitFor();
    await page.getByText("U+001B", { exact: true }).waitFor();
    await page.getByRole("link", { name: '<img src=x onerror="alert(1)">.txt', exact: true }).click();
    await page.getByRole("link", { name: "Download" }).waitFor();
    await page.goto("/r/acme/shop/-/images/1.1?view=configuration");
    await page.getByText("<script>alert(1)</script>").waitFor();
    expect(await page.getByRole("link", { name: "javascript:" }).count()).toBe(0);
    await page.goto("/r/acme/shop/-/images/nothing");
    await page.getByText("The image is not here").waitFor();
    await settled(page);
    expect(seen.complaints).toEqual([]);
  });
});
