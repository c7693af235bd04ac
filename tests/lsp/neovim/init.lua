-- What a user's init.lua does: this repository's example, and Ruff's own language server beside it.
vim.opt.runtimepath:prepend(vim.env.EXAMPLE)
vim.g.mapleader = ' '
local settings = { baseUrl = vim.env.BASE_URL, maxUsd = 0.5 }
for name, value in pairs(vim.json.decode(vim.env.SETTINGS)) do
  settings[name] = value
end

if vim.fn.has('nvim-0.11') == 1 then
  vim.lsp.config('agent', { settings = { agent = settings } })
  vim.lsp.config('ruff', { cmd = { 'ruff', 'server' }, root_markers = { '.git' }, filetypes = { 'python' } })
  if vim.env.WITH_RUFF then
    vim.lsp.enable('ruff')
  end
  vim.cmd('runtime plugin/agent.lua')
else
  vim.opt.runtimepath:prepend(vim.env.EXAMPLE .. '/old')
  require('agent-old').setup({ settings = settings })
  if vim.env.WITH_RUFF then
    vim.api.nvim_create_autocmd('BufReadPost', {
      callback = function(event)
        local root = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(event.buf), ':p:h')
        local id = vim.lsp.start_client({ name = 'ruff', cmd = { 'ruff', 'server' }, root_dir = root })
        vim.lsp.buf_attach_client(event.buf, id)
      end,
    })
  end
end
