Gem::Specification.new do |s|
  s.name = "mast"
  s.version = Mast::VERSION
end
