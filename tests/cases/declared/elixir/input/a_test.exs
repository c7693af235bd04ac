test "adds" do
end
