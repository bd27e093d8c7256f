import { expect, test } from "bun:test";
import { Metrics } from "./metrics.ts";

test("counters, gauges and histograms in Prometheus' text format", () => {
  const metrics = new Metrics();
  const ok = metrics.counter("requests_total", "Requests.", { route: "end-1", status: 200 });
  const failed = metrics.counter("requests_total", "Requests.", { route: "end-1", status: 500 });
  ok.add();
  ok.add(4);
  failed.add(0);
  let value = 1;
  metrics.gauge("room_bytes", "Room.", () => value);
  const duration = metrics.histogram("seconds", "Time.", [0.1, 1], { route: "x" });
  for (const seconds of [0.05, 0.1, 0.5, 1, 7]) duration.observe(seconds);
  value = 2;
  expect(metrics.format()).toBe(`# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{route="end-1",status="200"} 5
requests_total{route="end-1",status="500"} 0
# HELP room_bytes Room.
# TYPE room_bytes gauge
room_bytes 2
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{route="x",le="0.1"} 2
seconds_bucket{route="x",le="1"} 4
seconds_bucket{route="x",le="+Inf"} 5
seconds_sum{route="x"} 8.65
seconds_count{route="x"} 5
`);
});

test("a label's value cannot end its line", () => {
  const metrics = new Metrics();
  metrics.counter("a_total", "A.", { x: 'b"} 9\nc' }).add();
  expect(metrics.format().split("\n")[2]).toBe(String.raw`a_total{x="b\"} 9\nc"} 1`);
});

test("nothing", () => {
  expect(new Metrics().format().trim()).toBe("");
});
