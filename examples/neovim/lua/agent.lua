-- Commands, review keys and progress for the language server `agent lsp`. Works in Neovim 0.7 and newer.
-- No logic of the product is here: each command sends one request and the server does the rest.
local M = {}

local function clients(buf)
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  local found = {}
  for _, client in ipairs(get({ bufnr = buf })) do
    -- 0.7 gives every client, of every buffer
    if client.name == 'agent' and vim.lsp.buf_is_attached(buf, client.id) then
      table.insert(found, client)
    end
  end
  return found
end

-- Says how far a run is in the message line; cut to its width, since a longer one would wait for Enter.
function M.progress(title, message)
  title, message = title or 'Agent', message or ''
  local room = vim.v.echospace - vim.fn.strdisplaywidth(message) - 2
  if vim.fn.strdisplaywidth(title) > room then
    title = vim.fn.strcharpart(title, 0, math.max(room - 1, 0)) .. '…'
  end
  vim.api.nvim_echo({ { vim.fn.strcharpart(title .. ': ' .. message, 0, vim.v.echospace) } }, false, {})
end

-- Sends one of the server's commands; `done` gets its answer.
function M.command(name, argument, done)
  local buf = vim.api.nvim_get_current_buf()
  local client = clients(buf)[1]
  if not client then
    vim.notify('agent is not attached to this buffer', vim.log.levels.WARN)
    return
  end
  local empty = next(argument) == nil
  local params = { command = name, arguments = { empty and vim.empty_dict() or argument } }
  local function handler(err, result)
    if err then
      vim.notify('Agent: ' .. err.message, vim.log.levels.WARN)
    elseif done then
      done(result)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('workspace/executeCommand', params, handler, buf)
  else
    client.request('workspace/executeCommand', params, handler, buf)
  end
end

-- The lines' problems of every server but agent, as the protocol writes them.
local function problems(buf, first, last)
  local found = {}
  for _, item in ipairs(vim.diagnostic.get(buf)) do
    local serious = item.severity == nil or item.severity <= vim.diagnostic.severity.WARN
    if serious and item.source ~= 'agent' and item.lnum >= first and item.lnum <= last then
      table.insert(found, {
        range = {
          start = { line = item.lnum, character = item.col },
          ['end'] = { line = item.end_lnum or item.lnum, character = item.end_col or item.col },
        },
        message = item.message,
        severity = item.severity,
        source = item.source,
        code = item.code,
      })
    end
  end
  return found
end

-- Where the cursor is: the server finds the change there, or the next one.
local function cursor()
  return { uri = vim.uri_from_bufnr(0), position = { line = vim.api.nvim_win_get_cursor(0)[1] - 1, character = 0 } }
end

-- Shows a diff or a report in a scratch window.
function M.show(result)
  vim.cmd('botright new')
  local buf = vim.api.nvim_get_current_buf()
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, vim.split(result.text, '\n'))
  for name, value in pairs({ buftype = 'nofile', bufhidden = 'wipe', swapfile = false, modifiable = false }) do
    vim.api.nvim_buf_set_option(buf, name, value)
  end
  vim.api.nvim_buf_set_option(buf, 'filetype', result.languageId)
  vim.keymap.set('n', 'q', '<cmd>close<cr>', { buffer = buf })
end

-- Goes to the `next` or `previous` pending change, through all files.
function M.jump(step)
  M.command('agent.goTo', vim.tbl_extend('force', cursor(), { step = step }), function(result)
    if not result or result == vim.NIL then
      return
    elseif not result.range then
      return M.show(result)
    elseif result.uri ~= vim.uri_from_bufnr(0) then
      vim.cmd('edit ' .. vim.fn.fnameescape(vim.uri_to_fname(result.uri)))
    end
    vim.api.nvim_win_set_cursor(0, { result.range.start.line + 1, 0 })
  end)
end

local function view(name)
  return function()
    M.command('agent.showDiff', vim.tbl_extend('force', cursor(), { view = name }), M.show)
  end
end

local function decide(name)
  return function(options)
    if options.args == 'all' then
      M.command(name, vim.empty_dict())
    elseif options.args == 'file' then
      M.command(name, { uri = vim.uri_from_bufnr(0) })
    else
      M.command(name, cursor(), function(result)
        if #result.changes == 0 then
          vim.notify('Agent: no change here', vim.log.levels.INFO)
        end
      end)
    end
  end
end

local function rewrite(options)
  local function send(instruction)
    if instruction and instruction ~= '' then
      M.command('agent.rewrite', {
        uri = vim.uri_from_bufnr(0),
        range = { start = { line = options.line1 - 1, character = 0 }, ['end'] = { line = options.line2, character = 0 } },
        instruction = instruction,
      })
    end
  end
  if options.args ~= '' then
    send(options.args)
  else
    vim.ui.input({ prompt = 'Rewrite: ' }, send)
  end
end

local function fix(options)
  local found = problems(0, options.line1 - 1, options.line2 - 1)
  if #found == 0 then
    vim.notify('Agent: no problem here', vim.log.levels.INFO)
    return
  end
  M.command('agent.fix', { uri = vim.uri_from_bufnr(0), diagnostics = found })
end

local function runs()
  M.command('agent.listRuns', {}, function(result)
    local lines = {}
    for _, run in ipairs(result.runs) do
      table.insert(lines, string.format('%s  %-9s  $%.4f  %s', run.id, run.state, run.dollars, run.title))
    end
    M.show({ text = #lines > 0 and table.concat(lines, '\n') or 'no runs yet', languageId = 'text' })
  end)
end

local function menu(options)
  -- Neovim offers each server only its own diagnostics; this offers ours everybody's.
  local found = problems(0, options.line1 - 1, options.line2 - 1)
  vim.lsp.buf.code_action({ context = { diagnostics = found } })
end

local COMMANDS = {
  Fix = { fix, { range = true, desc = 'fix the problems of the line or the range' } },
  FixFile = { function() fix({ line1 = 1, line2 = vim.api.nvim_buf_line_count(0) }) end, { desc = 'fix all problems of the file' } },
  Menu = { menu, { range = true, desc = 'code actions with every server’s diagnostics' } },
  Rewrite = { rewrite, { range = true, nargs = '*', desc = 'rewrite the range as told' } },
  Issue = { function() M.command('agent.fixIssue', { uri = vim.uri_from_bufnr(0) }) end, { desc = 'fix the issue in this file' } },
  Accept = { decide('agent.accept'), { nargs = '?', desc = 'accept the change here, `file` or `all`' } },
  Reject = { decide('agent.reject'), { nargs = '?', desc = 'reject the change here, `file` or `all`' } },
  Undo = { function() M.command('agent.undo', {}) end, { desc = 'take accepted changes back' } },
  Diff = { view('diff'), { desc = 'show the change here' } },
  Why = { view('why'), { desc = 'show why the change here is proposed' } },
  Report = { function() M.command('agent.showDiff', { view = 'report' }, M.show) end, { desc = 'show the report of the proposal' } },
  Next = { function() M.jump('next') end, { desc = 'go to the next change' } },
  Previous = { function() M.jump('previous') end, { desc = 'go to the previous change' } },
  Cancel = { function() M.command('agent.cancel', {}) end, { desc = 'cancel what is running' } },
  ReviewTree = { function() M.command('agent.reviewTree', { what = 'worktree' }) end, { desc = 'review the changes in the working tree' } },
  ReviewCommit = { function() M.command('agent.reviewTree', { what = 'commit' }) end, { desc = 'review those of the last commit too' } },
  Runs = { runs, { desc = 'list the runs' } },
  Debug = { function() M.command('agent.debugInformation', {}, function(r) M.show({ text = r.text, languageId = 'text' }) end) end, {} },
}

local KEYS = {
  ['<leader>af'] = 'Fix', ['<leader>am'] = 'Menu', ['<leader>aa'] = 'Accept', ['<leader>ar'] = 'Reject',
  ['<leader>ad'] = 'Diff', ['<leader>aw'] = 'Why', ['<leader>au'] = 'Undo', [']a'] = 'Next', ['[a'] = 'Previous',
}

-- Gives a buffer its commands and keys; called when the server attaches.
function M.attach(buf, options)
  for name, row in pairs(COMMANDS) do
    vim.api.nvim_buf_create_user_command(buf, 'LspAgent' .. name, row[1], row[2])
  end
  if not (options and options.keys == false) then
    for key, name in pairs(KEYS) do
      vim.keymap.set('n', key, '<cmd>LspAgent' .. name .. '<cr>', { buffer = buf, desc = 'agent: ' .. name })
    end
  end
end

-- Commands that a code action or a code lens carries and that need a person first.
vim.lsp.commands['agent.showDiff'] = function(command)
  M.command('agent.showDiff', command.arguments[1], M.show)
end
vim.lsp.commands['agent.rewrite'] = function(command)
  vim.ui.input({ prompt = 'Rewrite: ' }, function(instruction)
    if instruction and instruction ~= '' then
      M.command('agent.rewrite', vim.tbl_extend('force', command.arguments[1], { instruction = instruction }))
    end
  end)
end

return M
