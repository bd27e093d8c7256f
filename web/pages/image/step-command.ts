/** A step of an image's history as the line of a Dockerfile that it was, without what builders put around it. */
export type StepCommand = { instruction: string; text: string };

const SHELLS = /^(?:\/bin\/(?:ba|da|a)?sh|cmd \/S|powershell(?: -\S+)*)\s+(?:-o pipefail\s+)?(?:-c|\/C|-Command)\s+/i;
const INSTRUCTIONS =
  /^(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\s+/i;

export function stepCommand(createdBy: string): StepCommand {
  // BuildKit says of a command what made it, the classic builder of all else that it was no operation.
  let text = createdBy.trim().replace(/\s+#\s*buildkit$/, "");
  // Values of build arguments stand in front of the command: `|2 A=1 B=2 /bin/sh -c …`.
  text = text.replace(/^(RUN )?\|\d+ .*?(?=\/bin\/(?:ba|da|a)?sh -c )/s, "$1");
  const isNothing = /#\(nop\)\s*/.test(text);
  const bare = text.replace(SHELLS, "").replace(/^#\(nop\)\s*/, "");
  const named = INSTRUCTIONS.exec(bare);
  if (named !== null) {
    const rest = bare.slice(named[0].length);
    const instruction = named[1]!.toUpperCase();
    return { instruction, text: instruction === "RUN" ? rest.replace(SHELLS, "") : rest };
  }
  return { instruction: isNothing || bare === text ? "" : "RUN", text: bare.trim() };
}
