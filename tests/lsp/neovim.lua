-- What Neovim's own client makes of `armbody lsp`: run by tests/suite/neovim.rs, with the program and a folder as
-- ARMBODY and FOLDER. Prints one line a step; leaves with status 1 at the first that fails.

local folder = vim.env.FOLDER

local function fail(what)
  io.stderr:write(what .. "\n")
  vim.cmd("cquit 1")
end

local function check(holds, what)
  if not holds then
    fail(what)
  end
  io.stdout:write("ok " .. what .. "\n")
end

local function wait(what, holds)
  if not vim.wait(20000, holds, 20) then
    fail("waited in vain: " .. what)
  end
end

local client = vim.lsp.start_client({
  name = "armbody",
  cmd = { vim.env.ARMBODY, "lsp" },
  root_dir = folder,
})

local function open(name)
  vim.cmd("edit " .. folder .. "/" .. name)
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(buffer, client)
  return buffer
end

local function place(text)
  vim.fn.cursor(1, 1)
  check(vim.fn.search("\\V" .. text, "ce") > 0, "there is " .. text)
end

local function ask(method, more)
  local params = vim.tbl_extend("force", vim.lsp.util.make_position_params(), more or {})
  local answers = vim.lsp.buf_request_sync(0, method, params, 20000) or {}
  local answer = answers[client] or {}
  check(answer.error == nil, method .. " is answered")
  return answer.result
end

-- A file is opened: its findings arrive, and a quick fix fixes the text.
local body = open("body.json")
wait("diagnostics", function()
  return #vim.diagnostic.get(body) > 0
end)
local found = vim.diagnostic.get(body)[1]
check(found.code == "identity-type-split", "the finding is " .. tostring(found.code))
local params = vim.lsp.util.make_given_range_params({ 1, found.col }, { 1, found.end_col })
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(body, 0), only = { "quickfix" } }
local answers = vim.lsp.buf_request_sync(body, "textDocument/codeAction", params, 20000)
local action = answers[client].result[1]
check(action.isPreferred, "the fix is " .. action.title)
vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
local fixed = table.concat(vim.api.nvim_buf_get_lines(body, 0, -1, false), "\n")
check(fixed == '{"tags":{"ü":"😀"},"identity":{"type":"SystemAssigned, UserAssigned"}}', "the text is " .. fixed)
wait("the finding is gone", function()
  for _, it in ipairs(vim.diagnostic.get(body)) do
    if it.code == "identity-type-split" then
      return false
    end
  end
  return true
end)

-- A template: a name leads to its declaration, shows its value, and is renamed in the parameters file too.
local template = open("main.json")
wait("the template is known", function()
  return vim.lsp.buf_is_attached(template, client)
end)
place("parameters('host")
local hover = ask("textDocument/hover")
check(hover.contents.value:find("web%-nic") ~= nil, "hover shows the value")
local places = ask("textDocument/definition")
vim.lsp.util.jump_to_location(places[1], "utf-16")
check(vim.api.nvim_win_get_cursor(0)[1] == 5, "the definition is in line 5")
place("parameters('host")
local edit = ask("textDocument/rename", { newName = "machine" })
vim.lsp.util.apply_workspace_edit(edit, "utf-16")
vim.cmd("silent wall")
local function read(name)
  return table.concat(vim.fn.readfile(folder .. "/" .. name), "\n")
end
check(read("main.json"):find("host", 1, true) == nil, "the template has the new name")
check(read("main.parameters.json"):find('"machine"', 1, true) ~= nil, "and so has its parameters file")
place("parameters('machine")
local offered = ask("textDocument/completion")
local labels = vim.tbl_map(function(it)
  return it.label
end, offered.items or offered)
check(vim.tbl_contains(labels, "zone"), "names are completed")
local outline = ask("textDocument/documentSymbol", { textDocument = vim.lsp.util.make_text_document_params() })
check(#outline > 0, "there is an outline")
vim.cmd("qall!")
