/** Where a request comes from, found out when somebody asks: most requests end without. */
import { type TrustedProxies, unmapped } from "./client-address.ts";
import type { RequestContext } from "./context.ts";

export class RequestOrigin {
  readonly #context: RequestContext;
  readonly #proxies: TrustedProxies;
  #address: string | null = null;

  constructor(context: RequestContext, proxies: TrustedProxies) {
    this.#context = context;
    this.#proxies = proxies;
  }

  /** The client's, as the nearest trusted proxy saw it; empty over a Unix socket, and once the client is gone. */
  get address(): string {
    return (this.#address ??= this.#find());
  }

  get agent(): string | null {
    return this.#context.header("user-agent");
  }

  get requestId(): string {
    return this.#context.id;
  }

  #find(): string {
    const { server, request } = this.#context;
    const peer = unmapped(server.requestIP(request)?.address ?? "");
    return this.#proxies.isEmpty ? peer : this.#proxies.resolve(peer, request.headers, false).address;
  }
}
