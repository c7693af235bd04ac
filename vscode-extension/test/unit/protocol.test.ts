import assert from "node:assert/strict";
import { type Change, dollars, glimpse, tally, why } from "../../src/protocol.ts";

const change = (more: Partial<Change>): Change => ({
  ...{ id: 1, path: "a.py", uri: "file:///a.py", kind: "lines", state: "pending", range: null, label: "" },
  ...{ removed: [], added: [], rule: "", reason: "", flag: "", ...more },
});

suite("wording", () => {
  test("sums of money show what is not zero", () => {
    assert.deepEqual([0, 0.0031, 0.01, 1.5].map(dollars), ["$0.00", "$0.0031", "$0.01", "$1.50"]);
  });
  test("a change is shown by its first line with something on it", () => {
    assert.equal(glimpse(change({ added: ["", "  return 1", "x"] })), "→ return 1  (+1)");
    assert.equal(glimpse(change({ added: [""] })), "→ a blank line");
    assert.equal(glimpse(change({ removed: ["x"] })), "→ removed");
  });
  test("states are counted, and a reason is named with its rule", () => {
    const changes = [change({}), change({ state: "dropped" }), change({})];
    assert.equal(tally(changes), "2 pending · 1 dropped");
    assert.equal(why(change({ rule: "quotes", reason: "only quotes differ" })), "quotes: only quotes differ");
    assert.equal(why(change({})), "");
  });
});
