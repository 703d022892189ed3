require_relative "lib/rig/version"

spec = Gem::Specification.new do |spec|
  spec.name     = 'rig'
  spec.version  = Rig::VERSION
  spec.license  = "MIT" # as the rest
  spec.platform = "java"
end
