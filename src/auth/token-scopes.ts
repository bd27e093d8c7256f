/**
 * What a client asks a token for. Spec: Docker's "Token Scope Documentation". Several scopes come as repeated parameters, in one
 * separated by spaces, or both.
 */
export type RequestedScope = { type: string; name: string; actions: readonly string[] };

const MAX_SCOPES = 100;
const MAX_LENGTH = 512;
/** A name may hold colons, as Notary's do; actions never. */
const SCOPE = /^([a-z0-9]+)(?:\([a-z0-9]+\))?:(.+):([a-z*,]*)$/;

/** Those that can be read, each name once; what cannot be read asks for nothing. */
export function parseScopes(parameters: readonly string[]): RequestedScope[] {
  const found = new Map<string, { type: string; name: string; actions: Set<string> }>();
  for (const text of parameters.flatMap((it) => it.split(" ")).slice(0, MAX_SCOPES)) {
    const [, type, name, actions] = (text.length <= MAX_LENGTH && SCOPE.exec(text)) || [];
    if (type === undefined || name === undefined || actions === undefined) continue;
    const key = `${type}:${name}`;
    const scope = found.get(key) ?? { type, name, actions: new Set() };
    for (const action of actions.split(",")) if (action !== "") scope.actions.add(action);
    found.set(key, scope);
  }
  return [...found.values()].map(({ type, name, actions }) => ({ type, name, actions: [...actions] }));
}

export function formatScope({ type, name, actions }: RequestedScope): string {
  return `${type}:${name}:${actions.join(",")}`;
}
