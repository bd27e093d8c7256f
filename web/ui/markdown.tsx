/**
 * Markdown that strangers wrote. No HTML of theirs gets through, images are only named (they would tell their server who looks),
 * and links say that nobody here vouches for them.
 */
import ReactMarkdown from "react-markdown";
import rehypeSanitize, { defaultSchema } from "rehype-sanitize";
import remarkGfm from "remark-gfm";

const SCHEMA = {
  ...defaultSchema,
  // Ids would be names in the page that others rely on.
  clobberPrefix: "readme-",
  protocols: { ...defaultSchema.protocols, href: ["http", "https", "mailto"] },
};

export function Markdown({ text }: { text: string }) {
  return (
    <div className="markdown min-w-0">
      <ReactMarkdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[[rehypeSanitize, SCHEMA]]}
        skipHtml
        components={{
          a: ({ href, children }) => (
            <a href={href} target="_blank" rel="nofollow ugc noopener noreferrer" className="link">
              {children}
            </a>
          ),
          img: ({ src, alt }) => (
            <a
              href={typeof src === "string" && /^https?:/.test(src) ? src : undefined}
              target="_blank"
              rel="nofollow ugc noopener noreferrer"
              className="link"
            >
              [image: {alt === undefined || alt === "" ? "no description" : alt}]
            </a>
          ),
          // A README's headings stand below the page's own.
          h1: ({ children }) => <h2>{children}</h2>,
          h2: ({ children }) => <h3>{children}</h3>,
          h3: ({ children }) => <h4>{children}</h4>,
          h4: ({ children }) => <h5>{children}</h5>,
          h5: ({ children }) => <h6>{children}</h6>,
          input: ({ checked = false }) => (
            <input type="checkbox" disabled checked={checked} aria-label={checked ? "done" : "to do"} />
          ),
          pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
          table: ({ children }) => (
            <div tabIndex={0} role="region" aria-label="Table" className="overflow-x-auto">
              <table>{children}</table>
            </div>
          ),
        }}
      >
        {text}
      </ReactMarkdown>
    </div>
  );
}
