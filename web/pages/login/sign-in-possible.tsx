/** Shows a form that ends in a session, where this connection may have one; else says why not, and what to do. */
import type { ReactNode } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Notice } from "../../ui/notice.tsx";
import { Loading } from "../../ui/states.tsx";

export function SignInPossible({ children }: { children: ReactNode }) {
  const instance = useRead(client.instance.get, undefined);
  if (instance.isPending) return <Loading />;
  // Whether it works shows when it is tried.
  if (instance.data === undefined) return children;
  const { canSignIn, isHttps, url } = instance.data;
  // The server is known as https, where its cookies go; a browser that came past its proxy cannot keep them.
  if (isHttps && location.protocol === "http:" && !isThisMachine(location.hostname)) {
    return (
      <Notice tone="warn" title="Signing in works over an encrypted connection alone">
        <p>
          Open this page under the registry's own address:{" "}
          <a href={`${url}${location.pathname}`} className="break-all underline underline-offset-2">
            {url}
          </a>
          .
        </p>
      </Notice>
    );
  }
  if (canSignIn) return children;
  return (
    <Notice tone="warn" title="Signing in needs an encrypted connection">
      <div className="flex flex-col gap-2">
        <p>
          This page came over plain HTTP from another machine: whoever listens on the way could read your password, and
          take the session over. So it is not asked for here.
        </p>
        <p>If you run this registry, do one of these:</p>
        <ul className="list-disc pl-5">
          <li>
            Give it a certificate with <span className="code">http.tls</span>.
          </li>
          <li>
            Put a proxy in front that speaks HTTPS, and set <span className="code">http.publicUrl</span> to its address.
          </li>
          <li>
            On the machine itself, open it as <span className="code">http://localhost</span>, for example through{" "}
            <span className="code">ssh -L</span>.
          </li>
          <li>
            Where everyone on the network is trusted, set <span className="code">http.insecureSessions</span>.
          </li>
        </ul>
        <p>Clients such as docker are not concerned: they go on with access tokens.</p>
      </div>
    </Notice>
  );
}

function isThisMachine(hostname: string): boolean {
  return (
    hostname === "localhost" || hostname.endsWith(".localhost") || hostname.startsWith("127.") || hostname === "[::1]"
  );
}
