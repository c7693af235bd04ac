;;; agent-eglot.el --- `agent lsp' with eglot  -*- lexical-binding: t; -*-

;; Emacs 29 or newer; eglot is built in. (require 'agent-eglot), then M-x eglot in a file of a repository.
;; Eglot runs one server a buffer: this one is for buffers where it may be that one. Next to another server use a
;; multiplexer (rassumfrassum, lspx) or lsp-mode's add-on servers.
;; No logic of the product is here: each command sends one request and the server does the rest.

;;; Code:

(require 'eglot)
(require 'flymake)

(defgroup agent nil "Verified edits by `agent lsp'." :group 'tools)

(defcustom agent-command '("agent" "lsp") "How the server is started." :type '(repeat string))

(defcustom agent-settings '(:maxUsd 0.5)
  "Options of `agent fix --help' by their editor names. The key stays in the environment."
  :type 'plist)

(defcustom agent-modes '(prog-mode text-mode) "Modes whose buffers the server is for." :type '(repeat symbol))

(defclass agent-server (eglot-lsp-server) () :documentation "The server `agent lsp'.")

(cl-defmethod eglot-initialization-options ((_server agent-server))
  (list :settings agent-settings :showDocument "off"))

(add-to-list 'eglot-server-programs `(,agent-modes . ,(cons 'agent-server agent-command)))

;; Emacs itself has no mode for Markdown; a package that has one comes before this.
(add-to-list 'auto-mode-alist '("\\(?:ISSUE\\|\\.issue\\)\\.md\\'" . text-mode) t)

(defun agent--send (command argument &optional done)
  "Send COMMAND with ARGUMENT, a plist or nil; DONE gets the answer."
  (eglot--signal-textDocument/didChange) ; what was typed comes first
  (jsonrpc-async-request
   (eglot--current-server-or-lose) :workspace/executeCommand
   `(:command ,command :arguments [,(or argument (make-hash-table))])
   :success-fn (or done #'ignore)
   :error-fn (lambda (problem) (message "Agent: %s" (plist-get problem :message)))
   :timeout-fn #'ignore))

(defun agent--uri () (plist-get (eglot--TextDocumentIdentifier) :uri))

(defun agent--range (begin end)
  (list :start (eglot--pos-to-lsp-position begin) :end (eglot--pos-to-lsp-position end)))

(defun agent--cursor ()
  "Where point is: the server finds the change there."
  (list :uri (agent--uri) :position (eglot--pos-to-lsp-position (point))))

(defun agent--decide (command)
  "Send COMMAND for the change on this line."
  (agent--send command (agent--cursor)
               (lambda (answer) (when (seq-empty-p (plist-get answer :changes)) (message "Agent: no change here")))))

(defun agent--show (answer)
  (with-current-buffer (get-buffer-create "*agent*")
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert (plist-get answer :text)))
    (if (equal (plist-get answer :languageId) "diff") (diff-mode) (special-mode))
    (goto-char (point-min))
    (display-buffer (current-buffer))))

(defun agent-rewrite (begin end instruction)
  "Rewrite the lines from BEGIN to END as INSTRUCTION says."
  (interactive "r\nsRewrite: ")
  (agent--send "agent.rewrite" (list :uri (agent--uri) :range (agent--range begin end) :instruction instruction)))

(defun agent-fix-issue ()
  "Fix the issue that this buffer describes."
  (interactive)
  (agent--send "agent.fixIssue" (list :uri (agent--uri))))

(defun agent-accept () "Accept the change on this line." (interactive) (agent--decide "agent.accept"))
(defun agent-reject () "Reject the change on this line." (interactive) (agent--decide "agent.reject"))
(defun agent-accept-all () "Accept every pending change." (interactive) (agent--send "agent.accept" nil))
(defun agent-undo () "Take accepted changes back." (interactive) (agent--send "agent.undo" nil))

(defun agent-cancel ()
  "Cancel what is running."
  (interactive)
  (agent--send "agent.cancel" nil
               (lambda (answer) (message "Agent: %d cancelled" (length (plist-get answer :cancelled))))))

(defun agent-diff ()
  "Show the change on this line."
  (interactive)
  (agent--send "agent.showDiff" (agent--cursor) #'agent--show))

(defun agent-why ()
  "Show why the change on this line is proposed."
  (interactive)
  (agent--send "agent.showDiff" (append (agent--cursor) '(:view "why")) #'agent--show))

(defvar-keymap agent-map
  "f" #'eglot-code-actions "r" #'agent-rewrite "i" #'agent-fix-issue "a" #'agent-accept "x" #'agent-reject
  "A" #'agent-accept-all "d" #'agent-diff "w" #'agent-why "u" #'agent-undo "c" #'agent-cancel)

(keymap-set eglot-mode-map "C-c a" agent-map)

(provide 'agent-eglot)
;;; agent-eglot.el ends here
