-- A user's session in Neovim, without a screen: attach the server, wait for findings, apply a fix, wait until they are gone.
-- What Neovim knows is written as JSON to the file in KUBEWHO_RESULT. Works with Neovim 0.7 and later.
local manifest, result = os.getenv('KUBEWHO_MANIFEST'), os.getenv('KUBEWHO_RESULT')
local said = {}

local function finish()
  vim.fn.writefile({ vim.fn.json_encode(said) }, result)
  vim.cmd('qall!')
end

local function diagnostics()
  return vim.tbl_map(function(d)
    return { line = d.lnum, from = d.col, to = d.end_col, rule = d.code, source = d.source, severity = d.severity }
  end, vim.diagnostic.get(0))
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 50) then
    said.failed = what
    finish()
  end
end

vim.cmd('edit ' .. vim.fn.fnameescape(manifest))
local client = vim.lsp.start_client({
  name = 'kubewho',
  cmd = { os.getenv('KUBEWHO_NODE'), os.getenv('KUBEWHO_CLI'), 'lsp', '--stdio' },
  root_dir = vim.fn.fnamemodify(manifest, ':h'),
})
vim.lsp.buf_attach_client(0, client)

wait('findings', function() return #vim.diagnostic.get(0) > 0 end)
said.found = diagnostics()

local at = vim.diagnostic.get(0)[1]
local params = {
  textDocument = vim.lsp.util.make_text_document_params(),
  range = { start = { line = at.lnum, character = at.col }, ['end'] = { line = at.end_lnum, character = at.end_col } },
  context = { diagnostics = {} },
}
local answer = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 10000)
local actions = answer and answer[client].result or {}
said.actions = vim.tbl_map(function(action) return action.title end, actions)

local fix = actions[1]
if fix and not fix.edit then
  fix = vim.lsp.buf_request_sync(0, 'codeAction/resolve', fix, 10000)[client].result
end
vim.lsp.util.apply_workspace_edit(fix.edit, 'utf-16')
said.text = vim.api.nvim_buf_get_lines(0, 0, -1, false)

wait('the findings to go', function() return #vim.diagnostic.get(0) == 0 end)
said.after = diagnostics()
finish()
