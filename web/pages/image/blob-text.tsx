/** A blob of a manifest that is a text, such as a Compose file, read in the page. */
import { Download } from "lucide-react";
import { client } from "../../data/client.ts";
import { useRead } from "../../data/query.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import { saveText } from "../../ui/save-text.ts";
import { Answer } from "../../ui/states.tsx";
import { TextView } from "../../ui/text-view.tsx";

/** `name`: of the file that one gets. */
export function BlobText({
  repository,
  reference,
  digest,
  name,
}: {
  repository: string;
  reference: string;
  digest: string;
  name: string;
}) {
  const answer = useRead(client.files.text, { params: { repository, reference, digest } });
  return (
    <Answer answer={answer} what="The file">
      {({ text, isTruncated }) =>
        text === null ? (
          <Notice>This is no text. The commands below fetch it.</Notice>
        ) : (
          <>
            {isTruncated && <Notice tone="warn">This is its first 256 KiB. The commands below fetch all of it.</Notice>}
            <TextView
              text={text}
              label={name}
              actions={
                !isTruncated && (
                  <Button kind="quiet" onClick={() => saveText(name.slice(name.lastIndexOf("/") + 1), text)}>
                    <Download size={15} aria-hidden="true" /> Download
                  </Button>
                )
              }
            />
          </>
        )
      }
    </Answer>
  );
}
