-- Helpers of the headless tests. The test's own steps are in the file that $STEPS names; what they see goes to $SEEN.
local T = { seen = {} }

-- Neovim 0.7 has vim.json too, but no vim.lsp.get_clients.
local version = vim.version()
T.old = version.major == 0 and version.minor < 11

function T.wait(what, there, ms)
  local ok = vim.wait(ms or 20000, function()
    local fine, value = pcall(there)
    return fine and value
  end, 20)
  if not ok then
    error('not so: ' .. what .. ' ' .. vim.inspect(vim.diagnostic.get(0)) .. vim.api.nvim_exec('messages', true))
  end
end

function T.attached(buf)
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  for _, client in ipairs(get({ bufnr = buf or 0 })) do
    if client.name == 'agent' and vim.lsp.buf_is_attached(buf or vim.api.nvim_get_current_buf(), client.id) then
      return client
    end
  end
end

function T.edit(path)
  vim.cmd('edit ' .. vim.fn.fnameescape(path))
  T.wait('agent is attached to ' .. path, function() return T.attached() end)
end

function T.from(source)
  return vim.tbl_filter(function(item) return item.source == source end, vim.diagnostic.get(0))
end

function T.pending(count, code)
  T.wait(count .. ' ' .. (code or 'pending'), function()
    local found = vim.tbl_filter(function(item)
      return (item.code or (item.user_data and item.user_data.lsp and item.user_data.lsp.code)) == (code or 'pending')
    end, T.from('agent'))
    return #found == count
  end)
end

function T.text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
end

function T.to(pattern)
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  if vim.fn.search(pattern, 'cW') == 0 then
    error('no ' .. pattern)
  end
end

function T.see(name, value)
  T.seen[name] = value
end

-- Chooses the code action whose title begins so, as a person does in the menu.
function T.choose(title)
  local titles = {}
  vim.ui.select = function(items, options, on_choice)
    local chosen
    for index, item in ipairs(items) do
      local shown = options.format_item and options.format_item(item) or tostring(item)
      table.insert(titles, shown)
      if not chosen and shown:find(title, 1, true) == 1 then
        chosen = index
      end
    end
    T.see('titles', titles)
    on_choice(chosen and items[chosen] or nil, chosen)
  end
end

local ok, problem = xpcall(function() dofile(vim.env.STEPS)(T) end, debug.traceback)
T.seen.error = not ok and tostring(problem) or nil
local file = io.open(vim.env.SEEN, 'w')
file:write(vim.json and vim.json.encode(T.seen) or vim.fn.json_encode(T.seen))
file:close()
vim.cmd('qall!')
