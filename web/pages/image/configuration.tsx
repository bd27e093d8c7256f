/** How an image is run: what its configuration says, and what its labels say of it. */
import type { ReactNode } from "react";
import { Notice } from "../../ui/notice.tsx";
import { Card, Fact, Facts, Section } from "../../ui/page.tsx";
import { PlainText, StrangersLink } from "../../ui/plain-text.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { formatTime } from "../../ui/format.ts";
import type { Image, Note } from "./image.ts";

const STATES: Record<Exclude<Image["configState"], "read">, string> = {
  none: "It has none: this is not an image that is run.",
  missing: "Its bytes are not in this repository.",
  "too-large": "It is larger than 1 MiB, more than this page reads. The manifest's page has its beginning.",
  unreadable: "It is not JSON as the specification says. The manifest's page has its text.",
};

export function Configuration({ image }: { image: Image }) {
  const { config, configState } = image;
  if (config === null) {
    return (
      <Notice title="There is no configuration to show">
        {STATES[configState === "read" ? "unreadable" : configState]}
      </Notice>
    );
  }
  const { env, labels, healthcheck, ports, volumes } = config;
  const platform = [config.os, config.architecture, config.variant, config.osVersion].filter((it) => it !== null);
  return (
    <div className="flex flex-col gap-6">
      <Card>
        <Facts>
          <Fact name="Entrypoint">{words(config.entrypoint)}</Fact>
          <Fact name="Command">{words(config.cmd)}</Fact>
          <Fact name="User">{text(config.user, "root, as nothing else is said")}</Fact>
          <Fact name="Working directory">{text(config.workingDir, "/")}</Fact>
          <Fact name="Ports">{list(ports)}</Fact>
          <Fact name="Volumes">{list(volumes)}</Fact>
          {config.shell !== null && <Fact name="Shell">{words(config.shell)}</Fact>}
          {config.stopSignal !== null && <Fact name="Stop signal">{text(config.stopSignal, "")}</Fact>}
          {healthcheck !== null && (
            <Fact name="Health check">
              {words(healthcheck.test)}
              <span className="text-soft"> {healthcheckTimes(healthcheck)}</span>
            </Fact>
          )}
          <Fact name="Platform">{text(platform.join("/") || null, "not said")}</Fact>
          <Fact name="Built">{text(timeOf(config.created), "not said")}</Fact>
          {config.author !== null && config.author !== "" && <Fact name="Author">{text(config.author, "")}</Fact>}
        </Facts>
      </Card>
      <Section title="Environment">
        <NoteTable label="Environment variables" names="Variable" notes={env} none="It sets no variables." />
      </Section>
      <Section title="Labels">
        <NoteTable label="Labels" names="Label" notes={labels} none="It has no labels." />
      </Section>
      {image.annotations.length > 0 && (
        <Section title="Annotations">
          <NoteTable label="Annotations" names="Annotation" notes={image.annotations} none="" />
        </Section>
      )}
    </div>
  );
}

type NoteTableProps = { label: string; names: string; notes: readonly Note[]; none: string };

/** Names and values of strangers: text, and links where a value is one. */
export function NoteTable({ label, names, notes, none }: NoteTableProps) {
  if (notes.length === 0) return <p className="text-sm text-soft">{none}</p>;
  return (
    <Table label={label}>
      <Head>
        <HeadCell>{names}</HeadCell>
        <HeadCell>Value</HeadCell>
      </Head>
      <tbody>
        {notes.map(({ name, value }, index) => (
          // Names may be there twice.
          // oxlint-disable-next-line react/no-array-index-key
          <Row key={`${index} ${name}`}>
            <Cell className="code max-w-80 min-w-40 align-top break-all">
              <PlainText text={name} />
            </Cell>
            <Cell className="code min-w-60 align-top break-all">
              <StrangersLink text={value} />
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function text(value: string | null, instead: string): ReactNode {
  if (value === null || value === "") return <span className="text-soft">{instead}</span>;
  return (
    <span className="code">
      <PlainText text={value} />
    </span>
  );
}

/** As a Dockerfile has them: `["node", "main.js"]`. */
function words(value: readonly string[] | null): ReactNode {
  return text(value === null || value.length === 0 ? null : JSON.stringify(value).replaceAll('","', '", "'), "none");
}

function list(values: readonly string[]): ReactNode {
  return text(values.length === 0 ? null : values.join(", "), "none");
}

function healthcheckTimes({
  intervalSeconds,
  timeoutSeconds,
  startPeriodSeconds,
  retries,
}: NonNullable<Config["healthcheck"]>) {
  return [
    intervalSeconds !== null && `every ${intervalSeconds} s`,
    timeoutSeconds !== null && `within ${timeoutSeconds} s`,
    startPeriodSeconds !== null && `first after ${startPeriodSeconds} s`,
    retries !== null && `${retries} ${retries === 1 ? "try" : "tries"}`,
  ]
    .filter(Boolean)
    .join(", ");
}

type Config = NonNullable<Image["config"]>;

function timeOf(created: string | null): string | null {
  return created === null || Number.isNaN(Date.parse(created)) ? created : formatTime(created);
}
