-- Neovim 0.11 or newer: starts the server in every file of a repository, and gives its buffers commands and keys.
if vim.fn.has('nvim-0.11') == 0 then
  return
end
local agent = require('agent')
local group = vim.api.nvim_create_augroup('agent', {})

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'agent' then
      agent.attach(event.buf)
    end
  end,
})

-- What is going on, in the message line.
vim.api.nvim_create_autocmd('LspProgress', {
  group = group,
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    local value = event.data.params.value
    if client and client.name == 'agent' then
      agent.progress(value.title, value.message)
    end
  end,
})

vim.lsp.enable('agent')
