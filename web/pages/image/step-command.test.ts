import { expect, test } from "bun:test";
import { stepCommand } from "./step-command.ts";

test.each([
  ['/bin/sh -c #(nop)  CMD ["bash"]', "CMD", '["bash"]'],
  ["/bin/sh -c #(nop) ADD file:1f4c in / ", "ADD", "file:1f4c in /"],
  ["/bin/sh -c apt-get update", "RUN", "apt-get update"],
  ["RUN /bin/sh -c make install # buildkit", "RUN", "make install"],
  ["RUN |1 V=3 /bin/sh -c echo $V # buildkit", "RUN", "echo $V"],
  ["|2 A=1 B=2 /bin/sh -c echo $A", "RUN", "echo $A"],
  ["COPY /app /app # buildkit", "COPY", "/app /app"],
  ["ENV PATH=/usr/bin", "ENV", "PATH=/usr/bin"],
  ["/bin/bash -o pipefail -c curl | sh", "RUN", "curl | sh"],
  ["bazel build ...", "", "bazel build ..."],
  ["", "", ""],
])("%s", (createdBy, instruction, text) => {
  expect(stepCommand(createdBy)).toEqual({ instruction, text });
});
