/**
 * Markdown that strangers wrote. It is parsed to a tree, and of the tree only what is listed here is made: HTML is not, images
 * are only named (they would tell their server who looks), and links say that nobody here vouches for them.
 */
import type { AlignType, Nodes, Parents, Root, RootContent, Table, TableRow } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmAutolinkLiteralFromMarkdown } from "mdast-util-gfm-autolink-literal";
import { gfmStrikethroughFromMarkdown } from "mdast-util-gfm-strikethrough";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTaskListItemFromMarkdown } from "mdast-util-gfm-task-list-item";
import { gfmAutolinkLiteral } from "micromark-extension-gfm-autolink-literal";
import { gfmStrikethrough } from "micromark-extension-gfm-strikethrough";
import { gfmTable } from "micromark-extension-gfm-table";
import { gfmTaskListItem } from "micromark-extension-gfm-task-list-item";
import { Fragment, type ReactNode, useMemo } from "react";

/** What is nested deeper is left out: nobody writes it to be read. */
const MAX_DEPTH = 40;
/** What takes the parser long, as it looks at each of them anew for each: markers before a line, and of emphasis in a paragraph. */
const TOO_DEEP = /^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])){60}/m;
const MAX_MARKS = 3_000;
const SAFE_ADDRESS = /^(?:https?:\/\/|mailto:)/i;

export function Markdown({ text }: { text: string }) {
  const shown = useMemo(() => {
    if (!isReasonable(text)) return <pre tabIndex={0}>{text}</pre>;
    const tree = parse(text);
    return childrenOf(tree, { addresses: addressesOf(tree), depth: 0, isTight: false });
  }, [text]);
  return <div className="markdown min-w-0">{shown}</div>;
}

function isReasonable(text: string): boolean {
  if (TOO_DEEP.test(text)) return false;
  return text.split(/\n[ \t]*\n/).every((block) => (block.match(/[*_~[<&`]/g)?.length ?? 0) <= MAX_MARKS);
}

function parse(text: string): Root {
  return fromMarkdown(text, {
    extensions: [gfmTable(), gfmStrikethrough(), gfmTaskListItem(), gfmAutolinkLiteral()],
    mdastExtensions: [
      gfmTableFromMarkdown(),
      gfmStrikethroughFromMarkdown(),
      gfmTaskListItemFromMarkdown(),
      gfmAutolinkLiteralFromMarkdown(),
    ],
  });
}

type Context = {
  /** Of `[name]: https://…`, by name; the first one counts. */
  addresses: ReadonlyMap<string, string>;
  depth: number;
  /** In a list whose items are lines rather than paragraphs. */
  isTight: boolean;
};

function addressesOf(tree: Root): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  const waiting: Nodes[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.type === "definition" && !addresses.has(node.identifier)) addresses.set(node.identifier, node.url);
    if ("children" in node) waiting.push(...node.children.toReversed());
  }
  return addresses;
}

function childrenOf(parent: Parents, context: Context): ReactNode {
  if (context.depth > MAX_DEPTH) return null;
  const inner = { ...context, depth: context.depth + 1 };
  // They stay in their order: the whole text is parsed anew when it changes.
  return parent.children.map((child, index) => <Fragment key={index}>{show(child, inner)}</Fragment>);
}

function show(node: RootContent, context: Context): ReactNode {
  switch (node.type) {
    case "text":
      return node.value;
    case "paragraph":
      return context.isTight ? childrenOf(node, context) : <p>{childrenOf(node, context)}</p>;
    case "heading": {
      // They stand below the page's own heading.
      const Heading = (["h2", "h3", "h4", "h5", "h6", "h6"] as const)[node.depth - 1] ?? "h6";
      return <Heading>{childrenOf(node, context)}</Heading>;
    }
    case "emphasis":
      return <em>{childrenOf(node, context)}</em>;
    case "strong":
      return <strong>{childrenOf(node, context)}</strong>;
    case "delete":
      return <del>{childrenOf(node, context)}</del>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{node.value}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{childrenOf(node, { ...context, isTight: false })}</blockquote>;
    case "list": {
      const isTight = node.spread !== true && node.children.every((it) => it.spread !== true);
      const items = childrenOf(node, { ...context, isTight });
      return node.ordered === true ? <ol start={node.start ?? 1}>{items}</ol> : <ul>{items}</ul>;
    }
    case "listItem":
      return (
        <li>
          {typeof node.checked === "boolean" && (
            <input type="checkbox" disabled checked={node.checked} aria-label={node.checked ? "done" : "to do"} />
          )}
          {childrenOf(node, context)}
        </li>
      );
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return <Away address={node.url}>{childrenOf(node, context)}</Away>;
    case "linkReference":
      return <Away address={context.addresses.get(node.identifier)}>{childrenOf(node, context)}</Away>;
    case "image":
      return <Picture address={node.url} alt={node.alt} />;
    case "imageReference":
      return <Picture address={context.addresses.get(node.identifier)} alt={node.alt} />;
    case "table":
      return <Rows table={node} context={context} />;
    default:
      // HTML above all.
      return null;
  }
}

function Away({ address, children }: { address: string | undefined; children: ReactNode }) {
  // One that is of this page, or worse, leads nowhere.
  if (address === undefined || !SAFE_ADDRESS.test(address)) return <span>{children}</span>;
  return (
    <a href={address} target="_blank" rel="nofollow ugc noopener noreferrer" className="link">
      {children}
    </a>
  );
}

function Picture({ address, alt }: { address: string | undefined; alt?: string | null | undefined }) {
  return <Away address={address}>[image: {alt ? alt : "no description"}]</Away>;
}

const ALIGNED = { left: "text-left", center: "text-center", right: "text-right" } as const;

function Rows({ table, context }: { table: Table; context: Context }) {
  const [head, ...rows] = table.children;
  const cells = (row: TableRow, Cell: "th" | "td") =>
    row.children.map((cell, index) => (
      <Cell key={index} className={classOf(table.align?.[index])}>
        {childrenOf(cell, context)}
      </Cell>
    ));
  return (
    <div tabIndex={0} role="region" aria-label="Table" className="overflow-x-auto">
      <table>
        {head !== undefined && (
          <thead>
            <tr>{cells(head, "th")}</tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>{cells(row, "td")}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf(align: AlignType | undefined): string | undefined {
  return align ? ALIGNED[align] : undefined;
}
