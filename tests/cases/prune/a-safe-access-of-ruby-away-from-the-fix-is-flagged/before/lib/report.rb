require 'time'

# Writes rows as text.
class Report
  attr_reader :rows

  def initialize(rows, header)
    @rows = rows
    @header = header
  end

  def lines
    rows.map { |row| row.join(',') }
  end

  def load(path)
    File.read(path)
  rescue Errno::ENOENT
    ''
  end

  # Cells are padded.
  def cell(text, width)
    size = text.length
    padding = width - size
    text + ' ' * padding
  end
end

def footer(report)
  report.rows.length.to_s
end
