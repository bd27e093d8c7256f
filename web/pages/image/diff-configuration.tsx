/** What two images say differently of how they are run. */
import { Section } from "../../ui/page.tsx";
import { PlainText } from "../../ui/plain-text.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { shortReference } from "./address.ts";
import type { Diff } from "./diff-summary.tsx";

const NAMES: Readonly<Record<Diff["config"][number]["field"], string>> = {
  env: "Environment",
  label: "Label",
  port: "Port",
  volume: "Volume",
  entrypoint: "Entrypoint",
  cmd: "Command",
  user: "User",
  workdir: "Working directory",
  stopSignal: "Stop signal",
  platform: "Platform",
};

export function DiffConfiguration({ changes, from, to }: { changes: Diff["config"]; from: string; to: string }) {
  return (
    <Section title="Configuration">
      {changes.length === 0 ? (
        <p className="text-sm text-soft">Both are run in the same way.</p>
      ) : (
        <Table label="Changes of the configuration">
          <Head>
            <HeadCell>Setting</HeadCell>
            <HeadCell>{shortReference(from)}</HeadCell>
            <HeadCell>{shortReference(to)}</HeadCell>
          </Head>
          <tbody>
            {changes.map(({ field, key, from: before, to: after }) => (
              <Row key={`${field} ${key}`}>
                <Cell className="max-w-60 min-w-36 align-top">
                  {NAMES[field]}{" "}
                  {key !== null && (
                    <span className="code block break-words text-soft">
                      <PlainText text={key} />
                    </span>
                  )}
                </Cell>
                <Value text={before} tone="bg-bad-tint" />
                <Value text={after} tone="bg-good-tint" />
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}

function Value({ text, tone }: { text: string | null; tone: string }) {
  return (
    <Cell className="code min-w-40 align-top break-all">
      {text === null ? (
        <span className="font-sans text-soft">not set</span>
      ) : (
        <span className={`rounded-sm px-1 ${tone}`}>{text === "" ? "empty" : <PlainText text={text} />}</span>
      )}
    </Cell>
  );
}
