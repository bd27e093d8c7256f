/** What `/` says to a terminal. */
import { isLoopbackHost } from "../../http/client-address.ts";
import type { RequestContext } from "../../http/context.ts";

export function plainHome(context: RequestContext, publicUrl: string | undefined): Response {
  // A name that only the request knows is not repeated: anyone may have made it up.
  const asked = isLoopbackHost(context.host) ? context.host : "THIS-HOST";
  const host = publicUrl === undefined ? asked : new URL(publicUrl).host;
  const text = `This is Berth, a container registry.

  docker tag IMAGE ${host}/IMAGE
  docker push ${host}/IMAGE
  docker pull ${host}/IMAGE

What it holds: /v2/_catalog
`;
  return new Response(text, {
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      Vary: "Accept, Accept-Encoding",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
