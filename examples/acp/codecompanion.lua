-- Fretsaw as an agent of CodeCompanion: an adapter that is there, with another command. The key stays in the environment.
require("codecompanion").setup({
  adapters = {
    acp = {
      fretsaw = function()
        return require("codecompanion.adapters").extend("goose", {
          name = "fretsaw",
          formatted_name = "Fretsaw",
          commands = { default = { "fretsaw", "acp" } },
        })
      end,
    },
  },
})
