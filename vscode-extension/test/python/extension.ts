/** The part of the Python extension that others ask: which interpreter is selected. Here a file of the folder says it. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Uri } from "vscode";

export const activate = () => ({
  environments: {
    getActiveEnvironmentPath(folder?: Uri): { path: string } {
      const selected = join(folder?.fsPath ?? "/", ".selected");
      return { path: existsSync(selected) ? readFileSync(selected, "utf8") : "" };
    },
  },
});
