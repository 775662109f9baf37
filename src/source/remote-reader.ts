// The reading half of a source on the network: each file by its address, all of them over the same lanes.

import type { RequestSubject } from "./http-errors.ts";
import { Lanes } from "./lanes.ts";
import type { OpenOptions } from "./open-options.ts";
import { checkRead } from "./read-limit.ts";
import { RemoteFile } from "./remote-file.ts";
import { usualPatience } from "./retry.ts";
import type { ModelSource, SourceFile } from "./source.ts";

export function remoteReader(
  files: readonly SourceFile[],
  subjectOf: (path: string) => RequestSubject,
  { token, patience = usualPatience, gate }: OpenOptions,
): Required<Pick<ModelSource, "read" | "versionOf" | "forget">> {
  const lanes = new Lanes();
  const opened = new Map<string, RemoteFile>();
  return {
    async read(path, start, end, options) {
      const { sizeBytes } = checkRead(files, path, start, end);
      let file = opened.get(path);
      if (!file) {
        file = new RemoteFile({ subject: subjectOf(path), sizeBytes, token, patience, lanes, gate });
        opened.set(path, file);
      }
      return file.read(start, end, options);
    },
    versionOf: (path) => opened.get(path)?.etag,
    forget: (path) => opened.get(path)?.forget(),
  };
}
