describe X do
  it 'adds' do
  end
  def test_it?
  end
  def helper
  end
end
