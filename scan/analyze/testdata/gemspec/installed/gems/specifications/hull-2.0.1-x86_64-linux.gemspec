# -*- encoding: utf-8 -*-
# stub: hull 2.0.1 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "hull".freeze
  s.version = "2.0.1"
  s.platform = "x86_64-linux".freeze

  s.required_rubygems_version = Gem::Requirement.new(">= 0".freeze) if s.respond_to? :required_rubygems_version=
  s.require_paths = ["lib".freeze]
  s.authors = ["Plimsoll".freeze]
  s.date = "2026-11-25"
  s.licenses = ["MIT".freeze]
  s.rubygems_version = "3.3.15".freeze
  s.summary = "A hull".freeze

  s.installed_by_version = "3.3.15" if s.respond_to? :installed_by_version
end
