-- Neovim 0.7 to 0.10: `require('agent-old').setup()` in init.lua starts the server in every file of a repository.
local M = {}

local running = {} -- root → client id

local function root_of(path)
  local at = vim.fn.fnamemodify(path, ':p:h')
  while true do
    if vim.loop.fs_stat(at .. '/.git') then
      return at
    end
    local above = vim.fn.fnamemodify(at, ':h')
    if above == at then
      return nil
    end
    at = above
  end
end

local function attach(buf, options)
  local name = vim.api.nvim_buf_get_name(buf)
  if name == '' or name:match('^%w+://') or vim.api.nvim_buf_get_option(buf, 'buftype') ~= '' then
    return
  end
  local root = root_of(name)
  if not root then
    return
  end
  local settings = options.settings or { maxUsd = 0.5 }
  if not running[root] then
    running[root] = vim.lsp.start_client({
      name = 'agent',
      cmd = options.cmd or { 'agent', 'lsp' },
      root_dir = root,
      workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
      settings = { agent = settings }, -- asked for by the server, where Neovim answers (0.8 and newer)
      init_options = { settings = settings, showDocument = 'off' },
      on_attach = function(_, attached) require('agent').attach(attached, options) end,
      on_exit = function() running[root] = nil end,
    })
  end
  if running[root] then
    vim.lsp.buf_attach_client(buf, running[root])
  end
end

function M.setup(options)
  options = options or {}
  local group = vim.api.nvim_create_augroup('agent', {})
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile' }, {
    group = group,
    callback = function(event) attach(event.buf, options) end,
  })
  -- What is going on, in the message line.
  vim.api.nvim_create_autocmd('User', {
    group = group,
    pattern = 'LspProgressUpdate',
    callback = function()
      for _, told in ipairs(vim.lsp.util.get_progress_messages()) do
        if told.name == 'agent' then
          require('agent').progress(told.title, told.message)
        end
      end
    end,
  })
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buf) then
      attach(buf, options)
    end
  end
end

return M
