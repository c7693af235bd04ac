-- Neovim 0.11 or newer finds this file as lsp/agent.lua on its runtimepath; `vim.lsp.enable('agent')` starts it.
return {
  cmd = { 'agent', 'lsp' },
  root_markers = { '.git' },
  workspace_required = true, -- without a repository there is nothing to fix
  -- The options of `agent fix --help` by their editor names. The key stays in the environment (OPENAI_API_KEY).
  settings = { agent = { maxUsd = 0.5 } },
  init_options = { showDocument = 'off' }, -- diffs are shown by lua/agent.lua
}
