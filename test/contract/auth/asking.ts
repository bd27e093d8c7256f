// Requests to the hub API as programs and browsers make them.

export type Asked = { status: number; headers: Headers; text: string; json: Record<string, unknown> };

/** Sends JSON and reads JSON. */
export function asker(url: string) {
  return async (
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Asked> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    // The hub API answers with objects, or with nothing.
    const json = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: response.status, headers: response.headers, text, json };
  };
}

/** The cookie of an answer, and the headers with which a page of this server sends it back. */
export function sessionOf({ status, headers, text }: Asked, url: string) {
  const [cookie = ""] = (headers.get("set-cookie") ?? "").split(";");
  if (cookie === "") throw new Error(`no session was begun: ${status} ${text}`);
  return { cookie, own: { cookie, origin: url } };
}
