/** A Helm chart: what Chart.yaml says, its values, its README, its templates. How to install it stands above. */
import { lazy, type ReactNode, Suspense, useState } from "react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Badge } from "../../ui/badge.tsx";
import { classes } from "../../ui/classes.ts";
import { Card, Fact, Facts, Section } from "../../ui/page.tsx";
import { PlainText, StrangersLink } from "../../ui/plain-text.tsx";
import { Answer, Empty, Loading } from "../../ui/states.tsx";
import { Cell, Head, HeadCell, Row, Table } from "../../ui/table.tsx";
import { TextView } from "../../ui/text-view.tsx";
import { type ChartAnswer, ChartFiles } from "./chart-files.tsx";
import { WHILE_INDEXING, WhenIndexed } from "./index-progress.tsx";

const Markdown = lazy(() => import("../../ui/markdown.tsx").then((it) => ({ default: it.Markdown })));

type Chart = NonNullable<ChartAnswer["chart"]>;

/** `reference`: the chart's digest. */
export function ChartView({ repository, reference }: { repository: string; reference: string }) {
  const answer = useRead(client.files.chart, { params: { repository, reference } }, { again: WHILE_INDEXING });
  return (
    <Answer answer={answer} what="The chart">
      {(data) => (
        <WhenIndexed answer={data} images={[data.image]}>
          {() => (
            <div className="flex flex-col gap-6">
              {data.chart !== null && <ChartFacts chart={data.chart} />}
              <ChartParts repository={repository} reference={reference} answer={data} />
            </div>
          )}
        </WhenIndexed>
      )}
    </Answer>
  );
}

function ChartFacts({ chart }: { chart: Chart }) {
  const { name, version, appVersion, description, type, kubeVersion, home, isDeprecated, keywords, sources } = chart;
  return (
    <>
      <Card className="flex flex-col gap-3">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="text-lg font-semibold break-all">
            <PlainText text={name} /> <span className="font-normal text-soft">{version}</span>
          </h2>
          {isDeprecated && <Badge tone="warn">deprecated</Badge>}
          {type === "library" && <Badge title="Other charts use it; it is not installed by itself">library</Badge>}
        </div>
        {description !== null && (
          <p className="text-sm">
            <PlainText text={description} />
          </p>
        )}
        <Facts>
          {appVersion !== null && <Fact name="Installs">{<PlainText text={appVersion} />}</Fact>}
          {kubeVersion !== null && <Fact name="Kubernetes">{<PlainText text={kubeVersion} />}</Fact>}
          {home !== null && <Fact name="Home">{<StrangersLink text={home} />}</Fact>}
          {sources.length > 0 && <Fact name="Sources">{lines(sources)}</Fact>}
          {chart.maintainers.length > 0 && (
            <Fact name="Maintainers">
              <PlainText
                text={chart.maintainers
                  .map((it) => (it.email === null ? it.name : `${it.name} <${it.email}>`))
                  .join(", ")}
              />
            </Fact>
          )}
          {keywords.length > 0 && <Fact name="Keywords">{<PlainText text={keywords.join(", ")} />}</Fact>}
        </Facts>
      </Card>
      {chart.dependencies.length > 0 && (
        <Section title="Dependencies">
          <Table label="Dependencies">
            <Head>
              <HeadCell>Chart</HeadCell>
              <HeadCell>Version</HeadCell>
              <HeadCell>From</HeadCell>
              <HeadCell>Only if</HeadCell>
            </Head>
            <tbody>
              {chart.dependencies.map((it, index) => (
                // Charts may be there twice, under conditions.
                // oxlint-disable-next-line react/no-array-index-key
                <Row key={index}>
                  <Cell>
                    <PlainText text={it.name} />
                  </Cell>
                  <Cell>
                    <PlainText text={it.version ?? "any"} />
                  </Cell>
                  <Cell className="break-all">
                    <StrangersLink text={it.repository ?? ""} />
                  </Cell>
                  <Cell className="code">
                    <PlainText text={it.condition ?? ""} />
                  </Cell>
                </Row>
              ))}
            </tbody>
          </Table>
        </Section>
      )}
    </>
  );
}

function lines(texts: readonly string[]): ReactNode {
  return (
    <ul>
      {texts.map((it) => (
        <li key={it}>
          <StrangersLink text={it} />
        </li>
      ))}
    </ul>
  );
}

type PartsProps = { repository: string; reference: string; answer: ChartAnswer };

/** README, values and the rest: those that the chart has. */
function ChartParts({ repository, reference, answer }: PartsProps) {
  const { readme, values, valuesSchema, chartYaml, files, directory } = answer;
  const text = (name: string, content: string | null) =>
    content === null ? [] : [{ name, show: () => <TextView text={content} label={name} /> }];
  const parts: { name: string; show: () => ReactNode }[] = [
    // What people come back for; and what shows Markdown is large, and loaded when it is asked for.
    ...text("values.yaml", values),
    ...(readme === null ? [] : [{ name: "README", show: () => <Readme text={readme} /> }]),
    ...text("Chart.yaml", chartYaml),
    ...text("values.schema.json", valuesSchema),
    {
      name: "Templates and files",
      show: () => (
        <ChartFiles repository={repository} reference={reference} files={files} directory={directory ?? ""} />
      ),
    },
  ];
  const [chosen, setChosen] = useState(parts[0]?.name);
  const part = parts.find(({ name }) => name === chosen);
  return (
    <div className="flex flex-col gap-3">
      <div role="group" aria-label="Parts of the chart" className="flex flex-wrap gap-1">
        {parts.map(({ name }) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === chosen}
            onClick={() => setChosen(name)}
            className={classes(
              "min-h-8 rounded-full px-3 text-sm",
              name === chosen ? "bg-accent-tint font-medium text-accent" : "text-soft hover:bg-hover hover:text-ink",
            )}
          >
            {name}
          </button>
        ))}
      </div>
      {part?.show() ?? <Empty title="The chart is empty" />}
    </div>
  );
}

function Readme({ text }: { text: string }) {
  return (
    <Card>
      <Suspense fallback={<Loading />}>
        <Markdown text={text} />
      </Suspense>
    </Card>
  );
}
