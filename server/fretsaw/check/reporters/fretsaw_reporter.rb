# frozen_string_literal: true

# Reports what RSpec, Minitest and Test::Unit do in this process, through a socket that only the runner's side holds.
# Loaded by RUBYOPT into every Ruby that a check starts, before any code of the project. Ruby 2.5 and later.
module FretsawReporter
  CHANNEL = 240
  WORST = { "deselected" => 0, "passed" => 1, "skipped" => 2, "failed" => 3 }.freeze
  HERE = Dir.pwd + "/"
  RELIED_ON = [BasicObject, Object, Kernel, Comparable, Enumerable, Integer, Float, Rational, Complex, String, Symbol,
    Array, Hash, Range, Struct, NilClass, TrueClass, FalseClass, Regexp, Proc, Method, Time, Random, Process, Exception,
    Module, Class, IO, File, Dir, File::Stat].freeze
  READERS = { "JSON" => %i[parse parse! load generate dump], "YAML" => %i[load safe_load load_file dump],
    "Psych" => %i[load safe_load load_file dump], "CSV" => %i[read parse], "Date" => %i[today parse],
    "Pathname" => %i[read], "File" => %i[read readlines binread foreach open] }.freeze
  @sent = {}
  @known = {}
  @raised = {}
  @turned = []
  @odd = []
  @watched = {}
  @key = nil

  class << self
    attr_reader :only, :reverse

    # Ask for a key and announce the runner, once a process.
    def begin(runner)
      return if @key || !@io
      @io.syswrite('{"do": "hello"}')
      answer = @io.sysread(1 << 18)
      @key = answer[/"key": "(\w+)"/, 1]
      return unless @key
      unless answer.include?('"only": null')
        require "json"
        @only = JSON.parse(answer)["only"].to_h { |name| [name, true] }
      end
      @reverse = answer.include?('"reverse": true')
      @pid = Process.pid
      record("begin", "runner" => quoted(runner))
      watch
    rescue SystemCallError, IOError
      @key = nil
    end

    # Report a test's outcome; a later one of the same test counts when it is worse.
    def test(name, outcome)
      return unless @key && Process.pid == @pid
      name = name.to_s[0, 2000]
      return if WORST[outcome] < WORST.fetch(@sent[name], 0)
      @sent[name] = outcome
      record("test", "id" => quoted(name), "outcome" => quoted(outcome))
      @turned << name if outcome == "passed" && @raised.delete(name)
    end

    def raised(name)
      @raised[name.to_s[0, 2000]] = true
    end

    def odd(sentence)
      @odd << sentence if @key && @odd.size < 10
    end

    # Close the report when the process ends by itself: what was registered to run at the end has run by then.
    def close
      return unless @key && Process.pid == @pid
      found = (@odd + altered).uniq.first(10)
      record("end", "count" => @sent.size.to_s, "altered" => list(found), "turned" => list(@turned.first(10)))
      @key = nil
    end

    # Put a watcher into each runner that is there by now.
    def look
      WATCHERS.each do |name, watcher|
        next if @watched[name] || !(owner = constant(name))
        @watched[name] = true
        watcher.call(owner)
      end
    end

    def in_project?(path)
      path && File.expand_path(path).start_with?(HERE) && path !~ %r{/(?:vendor|gems|\.bundle)/}
    end

    def open
      io = IO.for_fd(CHANNEL, "r+", autoclose: false)
      @io = io if io.stat.socket?
      @io.sync = true if @io
    rescue SystemCallError, ArgumentError
      @io = nil
    end

    private

    def constant(name)
      name.split("::").inject(Object) do |at, part|
        return nil unless at.const_defined?(part, false)
        return nil if at.autoload?(part)
        at.const_get(part, false)
      end
    end

    def record(what, values)
      more = values.map { |name, value| ", \"#{name}\": #{value}" }.join
      @io.syswrite("{\"key\": \"#{@key}\", \"do\": \"#{what}\"#{more}}")
    rescue SystemCallError, IOError
      @key = nil # nobody listens, or it was closed: the end is missing then, which is noticed
    end

    def quoted(text)
      text = text.dup.force_encoding("UTF-8").scrub("?")
      "\"#{text.gsub(/[^ !#-\[\]-~]/) { |one| format('\\u%04x', one.ord & 0xffff) }}\""
    end

    def list(sentences)
      "[#{sentences.map { |one| quoted(one[0, 200]) }.join(', ')}]"
    end

    # -- what code under test must leave alone ---------------------------------------------------------------------

    # Remember every method of the runners and of what tests rely on.
    def watch
      runners = %w[RSpec Minitest Test::Unit].map { |name| constant(name) }.compact
      seen = {}
      runners.each { |runner| modules_below(runner, seen) }
      (seen.keys + RELIED_ON).each do |owner|
        methods_of(owner).each { |name| @known[[owner, name]] = owner.instance_method(name) }
        single = owner.singleton_class
        single.instance_methods(false).each { |name| @known[[single, name]] = single.instance_method(name) }
      end
    end

    def modules_below(owner, seen)
      return if seen[owner] || !owner.is_a?(Module) || !owner.name.to_s.match?(/\A(?:RSpec|Minitest|Test::Unit)\b/)
      return if owner.name.start_with?("RSpec::ExampleGroups")
      seen[owner] = true
      owner.constants(false).each do |name|
        modules_below(owner.const_get(name, false), seen) unless owner.autoload?(name)
      end
    end

    def methods_of(owner)
      owner.instance_methods(false) + owner.private_instance_methods(false)
    end

    def altered
      changed = @known.reject { |(owner, name), was| same?(owner, name, was) }
      names = changed.keys + added
      names.uniq.map { |owner, name| "#{label(owner, name)} was changed while the tests ran" } + equal_to_everything +
        foreign_tests
    end

    # Tests of Minitest and Test::Unit that code of the project has defined in the place of the file's own.
    def foreign_tests
      bases = %w[Minitest::Test Test::Unit::TestCase].map { |name| constant(name) }.compact
      ObjectSpace.each_object(Class).select { |one| !one.singleton_class? && bases.any? { |base| one < base } }.flat_map do |one|
        files = one.instance_methods(false).grep(/\Atest/).to_h { |name| [name, one.instance_method(name).source_location&.first] }
        next [] unless files.values.any? { |file| test_file?(file) }
        strange = files.select { |_, file| in_project?(file) && !test_file?(file) }
        strange.map { |name, file| "#{one}##{name} is defined in #{File.expand_path(file).delete_prefix(HERE)}" }
      end
    end

    def test_file?(file)
      !file.nil? && File.expand_path(file).delete_prefix(HERE).match?(%r{(?:\A|/)(?:spec|specs|test|tests)/|_(?:spec|test)\.rb\z})
    end

    # Methods of the runners that the project defines, also in what they load only when it is used.
    def added
      seen = {}
      %w[RSpec Minitest Test::Unit].map { |name| constant(name) }.compact.each { |runner| modules_below(runner, seen) }
      seen.keys.flat_map { |owner| [owner, owner.singleton_class] }.flat_map do |owner|
        own = methods_of(owner).select { |name| by_project?(owner.instance_method(name)) }
        own.map { |name| [owner, name] }
      end + changed_readers
    end

    def changed_readers
      READERS.flat_map do |name, methods|
        owner = constant(name)
        next [] unless owner
        [owner, owner.singleton_class].product(methods).select do |at, method|
          methods_of(at).include?(method) && by_project?(at.instance_method(method))
        end
      end
    end

    def by_project?(method)
      file = method.source_location&.first
      !file.nil? && (file.start_with?("(eval") || in_project?(file))
    end

    def same?(owner, name, was)
      now = owner.instance_method(name)
      return true if now == was
      file = now.source_location&.first
      !(file.nil? || by_project?(now))
    rescue NameError
      true # RSpec takes some of its own away
    end

    def label(owner, name)
      owner.singleton_class? ? "#{owner.inspect[/#<Class:(.*)>/, 1]}.#{name}" : "#{owner}##{name}"
    end

    # Classes of the project whose objects say that they equal anything.
    def equal_to_everything
      strangers = [BasicObject.new, Object.new]
      ObjectSpace.each_object(Class).map do |found|
        next if found.singleton_class? || !found.method_defined?(:==)
        equal = found.instance_method(:==)
        next unless in_project?(equal.source_location&.first)
        next unless strangers.any? { |one| (equal.bind(found.allocate).call(one) rescue false) == true }
        "#{equal.source_location.first.delete_prefix(HERE)}: #{found.name} equals everything"
      end.compact
    end
  end

  # -- RSpec ---------------------------------------------------------------------------------------------------------

  module RSpecReporter
    def self.id_of(example)
      "#{example.metadata[:rerun_file_path] || example.metadata[:file_path]}: #{example.full_description}"
    end

    { example_passed: "passed", example_failed: "failed", example_pending: "skipped" }.each do |name, outcome|
      define_method(name) do |example|
        FretsawReporter.test(RSpecReporter.id_of(example), outcome)
        super(example)
      end
    end

    def notify_non_example_exception(exception, context)
      # A file that cannot be loaded goes by its name: once it can be, its examples stand for it.
      FretsawReporter.test(context[/while loading (\S+?)\.?\s*\z/, 1] || context, "failed")
      super
    end
  end

  module RSpecExample
    def set_exception(exception)
      pending = defined?(::RSpec::Core::Pending) && exception.class.name.to_s.start_with?("RSpec::Core::Pending")
      FretsawReporter.raised(RSpecReporter.id_of(self)) unless pending || metadata[:pending]
      super
    end
  end

  module RSpecRunner
    def run(*given)
      FretsawReporter.begin("rspec")
      super
    end
  end

  module RSpecFilter
    def prune(examples)
      only = FretsawReporter.only
      only ? super.select { |example| only[RSpecReporter.id_of(example)] } : super
    end
  end

  module RSpecOrder
    def order(items)
      FretsawReporter.reverse ? super.reverse : super
    end
  end

  module RSpecConfigure
    def configure(*)
      by = caller_locations(1, 1).first&.absolute_path
      if FretsawReporter.in_project?(by) && by !~ %r{(?:\A|/)(?:spec|specs|test|tests|features|support)/|_(?:spec|helper)\.rb\z}
        FretsawReporter.odd("#{by.delete_prefix(HERE)} configures RSpec")
      end
      super
    end
  end

  # -- Minitest and Test::Unit -----------------------------------------------------------------------------------------

  module MinitestStart
    def autorun(*)
      FretsawReporter.begin("minitest")
      super
    end

    def run(*given)
      FretsawReporter.begin("minitest")
      super
    end
  end

  module MinitestRecord
    def record(result)
      klass = result.respond_to?(:klass) ? result.klass : result.class
      FretsawReporter.test("#{klass}##{result.name}", MinitestRecord.outcome(result))
      super
    end

    def self.outcome(result)
      result.skipped? ? "skipped" : result.passed? ? "passed" : "failed"
    end
  end

  module MinitestSelect
    def runnable_methods
      only = FretsawReporter.only
      only ? super.select { |name| only["#{self}##{name}"] } : super
    end
  end

  module TestUnitStart
    def run(*given)
      FretsawReporter.begin("test-unit")
      super
    end
  end

  module TestUnitCase
    def run(result)
      before = [result.pending_count, result.omission_count]
      super
    ensure
      skipped = [result.pending_count, result.omission_count] != before
      FretsawReporter.test(name, !passed? ? "failed" : skipped ? "skipped" : "passed")
    end
  end

  WATCHERS = {
    "RSpec::Core::Runner" => lambda do |runner|
      runner.singleton_class.prepend(RSpecRunner)
      ::RSpec::Core::Reporter.prepend(RSpecReporter)
      ::RSpec::Core::Example.prepend(RSpecExample)
      ::RSpec::Core::FilterManager.prepend(RSpecFilter)
      ::RSpec::Core::Ordering::Identity.prepend(RSpecOrder)
      ::RSpec.singleton_class.prepend(RSpecConfigure)
    end,
    "Minitest::CompositeReporter" => lambda do |reporter|
      reporter.prepend(MinitestRecord)
      ::Minitest.singleton_class.prepend(MinitestStart)
      ::Minitest::Test.singleton_class.prepend(MinitestSelect)
    end,
    "Test::Unit::AutoRunner" => lambda do |runner|
      runner.singleton_class.prepend(TestUnitStart)
      ::Test::Unit::TestCase.prepend(TestUnitCase)
    end
  }.freeze
end

FretsawReporter.open
if FretsawReporter.instance_variable_get(:@io)
  at_exit { FretsawReporter.close }

  module Kernel
    alias fretsaw_require require
    private :fretsaw_require

    def require(name)
      loaded = fretsaw_require(name)
      FretsawReporter.look if loaded
      loaded
    end
    private :require
  end
end
