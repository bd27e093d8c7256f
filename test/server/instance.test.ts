// What the settings make of the instance: what it says of itself, what its health page warns of, and what is refused.

import { expect, setDefaultTimeout, test } from "bun:test";
import { basic, claim, openAccessRegistry } from "../support/access.ts";

setDefaultTimeout(60_000);

type Json = Record<string, unknown> & { checks: { id: string; state: string; action: string | null }[] };

async function openWith(environment: Record<string, string>) {
  const registry = await openAccessRegistry({ environment });
  await claim(registry);
  const get = async (path: string): Promise<Json> =>
    (await (await fetch(registry.url + path, { headers: basic("root") })).json()) as Json;
  const check = async (id: string) => (await get("/api/v1/administration/health")).checks.find((it) => it.id === id);
  return { registry, get, check };
}

test("mails are promised only where their links lead somewhere", async () => {
  const mail = { BERTH_MAIL_HOST: "127.0.0.1", BERTH_MAIL_PORT: "9", BERTH_MAIL_FROM: "berth@example.test" };
  const without = await openWith(mail);
  try {
    expect((await without.get("/api/v1/instance"))["hasMail"]).toBe(false);
    expect((await without.get("/api/v1/setup"))["hasMail"]).toBe(false);
    expect(await without.check("mail")).toMatchObject({ state: "warning", action: "set http.publicUrl" });
  } finally {
    await without.registry.close();
  }
  const whole = await openWith({ ...mail, BERTH_HTTP_PUBLIC_URL: "https://hub.example.test" });
  try {
    expect((await whole.get("/api/v1/instance"))["hasMail"]).toBe(true);
    expect(await whole.check("mail")).toMatchObject({ state: "ok" });
    expect(await whole.check("tls")).toMatchObject({ state: "ok" });
  } finally {
    await whole.registry.close();
  }
});

test("sessions over plain HTTP are warned of, also on this machine and behind TLS", async () => {
  for (const more of [{}, { BERTH_HTTP_PUBLIC_URL: "https://hub.example.test" }]) {
    const { registry, check } = await openWith({ BERTH_HTTP_INSECURE_SESSIONS: "true", ...more });
    try {
      expect(await check("tls")).toMatchObject({ state: "warning", action: "set http.insecureSessions to false" });
    } finally {
      await registry.close();
    }
  }
});

test("where nothing may be deleted, no image is over the hub API either", async () => {
  const { registry } = await openWith({ BERTH_STORAGE_DELETE_ENABLED: "false" });
  try {
    const type = "application/vnd.oci.image.index.v1+json";
    const pushed = await fetch(`${registry.url}/v2/root/api/manifests/1`, {
      method: "PUT",
      headers: { ...basic("root"), "content-type": type },
      body: JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [] }),
    });
    expect(pushed.status).toBe(201);
    const digest = pushed.headers.get("docker-content-digest") ?? "";
    const path = `${registry.url}/api/v1/repositories/root/api/-/manifests/${digest}`;
    expect((await fetch(path, { method: "DELETE", headers: basic("root") })).status).toBe(405);
    expect((await fetch(path, { headers: basic("root") })).status).toBe(200);
  } finally {
    await registry.close();
  }
});
