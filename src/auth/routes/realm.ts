/** Where clients find the token service, and where they come from. */
import { type TrustedProxies, unmapped } from "../../http/client-address.ts";
import type { RequestContext } from "../../http/context.ts";

/** The origin under which the client knows this server: as configured, or as it asked. The Host was checked to be one name. */
export function realmOf(
  context: RequestContext,
  { publicUrl, proxies }: { publicUrl: string | undefined; proxies: TrustedProxies },
): string {
  if (publicUrl !== undefined) return publicUrl.replace(/\/+$/, "");
  const peer = peerOf(context);
  const isTls = context.request.url.startsWith("https:");
  const { isHttps } = proxies.resolve(peer, context.request.headers, isTls);
  return `${isHttps ? "https" : "http"}://${context.host}`;
}

/** The client's address, as the nearest trusted proxy saw it. */
export function addressOf(context: RequestContext, proxies: TrustedProxies): string {
  const peer = peerOf(context);
  return proxies.isEmpty ? peer : proxies.resolve(peer, context.request.headers, false).address;
}

function peerOf(context: RequestContext): string {
  return unmapped(context.server.requestIP(context.request)?.address ?? "");
}
